/**
 * Euclidean distances between all of some points, n × n, symmetric.
 * @param points n × d, row-major. Complexity: n² × d / 2.
 */
export function distancesAmong(points: Float64Array, d: number): Float64Array {
  const n = d > 0 ? points.length / d : 0;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) {
        const difference = (points[i * d + k] as number) - (points[j * d + k] as number);
        sum += difference * difference;
      }
      out[i * n + j] = out[j * n + i] = Math.sqrt(sum);
    }
  }
  return out;
}

/**
 * Mean silhouette of a grouping (Rousseeuw 1987): 1 where every point is much nearer to its own
 * group than to the next, 0 where it lies between, −1 where it is misplaced. A singleton counts 0.
 * @param distances of {@link distancesAmong}: groupings of the same points share them.
 * @param labels the group of each point, from 0.
 * Complexity: n².
 */
export function silhouette(distances: Float64Array, labels: ArrayLike<number>): number {
  const n = labels.length;
  let groups = 0;
  for (let i = 0; i < n; i++) groups = Math.max(groups, (labels[i] as number) + 1);
  const sizes = new Uint32Array(groups);
  for (let i = 0; i < n; i++) {
    const label = labels[i] as number;
    sizes[label] = (sizes[label] as number) + 1;
  }
  const sums = new Float64Array(groups);
  let total = 0;
  for (let i = 0; i < n; i++) {
    const own = labels[i] as number;
    if (sizes[own] === 1) continue;
    sums.fill(0);
    for (let j = 0; j < n; j++) {
      const label = labels[j] as number;
      sums[label] = (sums[label] as number) + (distances[i * n + j] as number);
    }
    const within = (sums[own] as number) / ((sizes[own] as number) - 1);
    let nearest = Number.POSITIVE_INFINITY;
    for (let label = 0; label < groups; label++) {
      if (label === own || sizes[label] === 0) continue;
      nearest = Math.min(nearest, (sums[label] as number) / (sizes[label] as number));
    }
    const scale = Math.max(within, nearest);
    if (scale > 0 && Number.isFinite(nearest)) total += (nearest - within) / scale;
  }
  return total / n;
}
