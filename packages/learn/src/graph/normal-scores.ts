import { normalQuantile } from './normal-distribution.js';

/**
 * Replaces values by the normal quantiles of their average ranks, Φ⁻¹((rank − ½)/n), so that
 * heavy tails and bursts cannot dominate a correlation. Ties share one score; NaN (missing)
 * becomes 0, the median. Complexity: n log n.
 */
export function normalScores(values: Float64Array): Float64Array {
  const scores = new Float64Array(values.length);
  const order = new Uint32Array(values.length);
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) order[n++] = i;
  }
  const known = order.subarray(0, n);
  known.sort((a, b) => (values[a] as number) - (values[b] as number));
  for (let from = 0; from < n; ) {
    const value = values[known[from] as number] as number;
    let to = from + 1;
    while (to < n && values[known[to] as number] === value) to++;
    const score = normalQuantile((from + to) / 2 / n);
    for (let at = from; at < to; at++) scores[known[at] as number] = score;
    from = to;
  }
  return scores;
}
