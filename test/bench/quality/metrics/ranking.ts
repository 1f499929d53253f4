/** Rows by falling score; equal scores keep their order. */
export interface Ranking {
  readonly order: Uint32Array;
  /** Scores in that order. */
  readonly sorted: Float64Array;
}

/** Ranks scores, larger = worse; NaN is refused. Complexity: n log n. */
export function rankScores(scores: Float64Array): Ranking {
  if (scores.some((s) => Number.isNaN(s))) throw new RangeError('scores: expected numbers');
  const order = Uint32Array.from(scores, (_, i) => i);
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  return { order, sorted: Float64Array.from(order, (i) => scores[i] as number) };
}

/** Runs of ones as `[first, last]`, both inclusive. */
export function labelledRuns(labels: Uint8Array): [number, number][] {
  const runs: [number, number][] = [];
  for (const [i, label] of labels.entries()) {
    if (label === 0) continue;
    const open = runs.at(-1);
    if (open && open[1] === i - 1) open[1] = i;
    else runs.push([i, i]);
  }
  return runs;
}

/** Average precision, point by point: the step-wise area under precision and recall. */
export function aucPr(labels: Uint8Array, scores: Float64Array): number {
  const { order, sorted } = rankScores(scores);
  const positives = labels.reduce((sum, label) => sum + label, 0);
  let found = 0;
  let area = 0;
  let recall = 0;
  for (let i = 0; i < order.length; i++) {
    found += labels[order[i] as number] as number;
    if (i + 1 < order.length && sorted[i + 1] === sorted[i]) continue;
    const next = found / Math.max(positives, 1);
    area += ((next - recall) * found) / (i + 1);
    recall = next;
  }
  return area;
}
