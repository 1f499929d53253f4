/**
 * Mean silhouette of a grouping (Rousseeuw 1987) by Euclidean distance: 1 where every point is much
 * nearer to its own group than to the next, 0 where it lies between, −1 where it is misplaced. A
 * singleton counts 0.
 * @param points n × dimensions.
 * @param labels the group of each point, from 0.
 * Complexity: n² × dimensions.
 */
export function silhouette(
  points: readonly (readonly number[])[],
  labels: readonly number[],
): number {
  const groups = Math.max(...labels) + 1;
  const sizes = new Uint32Array(groups);
  for (const label of labels) sizes[label] = (sizes[label] as number) + 1;
  const sums = new Float64Array(groups);
  let total = 0;
  for (const [i, point] of points.entries()) {
    const own = labels[i] as number;
    if (sizes[own] === 1) continue;
    sums.fill(0);
    for (const [j, other] of points.entries()) {
      const label = labels[j] as number;
      sums[label] = (sums[label] as number) + distance(point, other);
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
  return total / points.length;
}

function distance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += ((a[k] as number) - (b[k] as number)) ** 2;
  return Math.sqrt(sum);
}
