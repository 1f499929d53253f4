import { type AgnesOptions, agnes } from 'ml-hclust';

/**
 * Groups columns whose activity moves together: average linkage on √(2(1 − |r|)), cut where the
 * mean silhouette (Rousseeuw 1987) is largest; a singleton counts 0.
 * @param r correlations, row-major `p × p`.
 * @returns a label per column, counted from 0 by descending size, then first member.
 * Complexity: p³.
 */
export function silhouetteClusters(r: Float64Array, p: number): Int32Array {
  if (p < 3) return Int32Array.from({ length: p }, (_, i) => i);
  const rows = Array.from({ length: p }, (_, i) =>
    Array.from({ length: p }, (_, j) => (i === j ? 0 : distance(r[i * p + j] as number))),
  );
  const options: AgnesOptions<number[]> = { method: 'average', isDistanceMatrix: true };
  const tree = agnes(rows, options);
  const heights: number[] = [];
  tree.traverse((cluster) => {
    if (!cluster.isLeaf) heights.push(cluster.height);
  });
  heights.sort((a, b) => a - b);
  let best = Int32Array.from({ length: p }, (_, i) => i);
  let bestScore = 0;
  for (const [k, height] of heights.entries()) {
    if (k === heights.length - 1 || height === heights[k + 1]) continue;
    const labels = new Int32Array(p);
    for (const [label, cluster] of tree.cut(height).entries()) {
      for (const i of cluster.indices()) labels[i] = label;
    }
    const score = meanSilhouette(rows, labels);
    if (score > bestScore) [best, bestScore] = [labels, score];
  }
  return bySize(best);
}

function distance(r: number): number {
  return Math.sqrt(Math.max(0, 2 * (1 - Math.min(1, Math.abs(r)))));
}

/** Mean silhouette of a labelling under a distance matrix; singletons count 0. */
function meanSilhouette(distances: readonly (readonly number[])[], labels: Int32Array): number {
  const p = labels.length;
  const clusters = Math.max(...labels) + 1;
  const sizes = new Uint32Array(clusters);
  for (const label of labels) sizes[label] = (sizes[label] as number) + 1;
  let total = 0;
  const sums = new Float64Array(clusters);
  for (let i = 0; i < p; i++) {
    const own = labels[i] as number;
    if (sizes[own] === 1) continue;
    sums.fill(0);
    const row = distances[i] as readonly number[];
    for (let j = 0; j < p; j++) {
      const label = labels[j] as number;
      sums[label] = (sums[label] as number) + (row[j] as number);
    }
    const within = (sums[own] as number) / ((sizes[own] as number) - 1);
    let nearest = Infinity;
    for (let label = 0; label < clusters; label++) {
      if (label !== own)
        nearest = Math.min(nearest, (sums[label] as number) / (sizes[label] as number));
    }
    const scale = Math.max(within, nearest);
    if (scale > 0 && Number.isFinite(nearest)) total += (nearest - within) / scale;
  }
  return total / p;
}

function bySize(labels: Int32Array): Int32Array {
  const members = new Map<number, number[]>();
  for (const [i, label] of labels.entries()) {
    const list = members.get(label);
    if (list) list.push(i);
    else members.set(label, [i]);
  }
  const ordered = [...members.values()].sort(
    (a, b) => b.length - a.length || (a[0] as number) - (b[0] as number),
  );
  const renamed = new Int32Array(labels.length);
  for (const [label, list] of ordered.entries()) for (const i of list) renamed[i] = label;
  return renamed;
}
