import { labelledRuns, rankScores } from './ranking.js';

const THRESHOLDS = 250;

/**
 * Volume under the range-based precision-recall surface (Paparrizos et al., VLDB 2022; Boniol et
 * al. 2025) with the parameters of TSB-AD: borders of every event softened by 0 … `buffer` rows
 * in steps of one, 250 thresholds evenly spaced by rank. No point adjustment anywhere.
 * @param labels 0 or 1 per row; @param scores finite, larger = worse.
 * @returns 0 … 1; NaN where there is no event or nothing else.
 * Complexity: buffer × (rows + thresholds × events).
 */
export function vusPr(labels: Uint8Array, scores: Float64Array, buffer: number): number {
  const rows = labels.length;
  const runs = labelledRuns(labels);
  const positives = labels.reduce((sum, label) => sum + label, 0);
  if (positives === 0 || positives === rows) return Number.NaN;
  const { order, sorted } = rankScores(scores);
  const cuts = thresholds(sorted);
  const found = cuts.map(({ count }) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += labels[order[i] as number] as number;
    return sum;
  });
  let volume = 0;
  for (let width = 0; width <= buffer; width++) {
    const border = softBorders(runs, labels, width);
    const peaks = peaksOf(runs, scores, width >> 1);
    let soft = 0;
    let at = 0;
    let recallBefore = 0;
    for (const [k, { count, score }] of cuts.entries()) {
      for (; at < count; at++) soft += border[order[at] as number] as number;
      const hit = (found[k] as number) + soft;
      const existence = peaks.filter((peak) => peak >= score).length / peaks.length;
      const recall = Math.min(hit / ((2 * positives + soft) / 2), 1) * existence;
      volume += ((recall - recallBefore) * hit) / count;
      recallBefore = recall;
    }
  }
  return volume / (buffer + 1);
}

/** Thresholds evenly spaced by rank, with the number of rows at or above each. */
function thresholds(sorted: Float64Array): { readonly score: number; readonly count: number }[] {
  const last = sorted.length - 1;
  return Array.from({ length: THRESHOLDS }, (_, k) => {
    const score = sorted[Math.floor((k * last) / (THRESHOLDS - 1))] as number;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) >= score) low = middle + 1;
      else high = middle;
    }
    return { score, count: low };
  });
}

/** Weight of rows beside events: √(1 − distance/width), where events overlap added up to 1. */
function softBorders(
  runs: readonly [number, number][],
  labels: Uint8Array,
  width: number,
): Float64Array {
  const border = new Float64Array(labels.length);
  const half = width >> 1;
  for (const [first, last] of runs) {
    for (let i = last + 1; i < Math.min(last + half + 1, labels.length); i++) {
      border[i] = (border[i] as number) + Math.sqrt(1 - (i - last) / width);
    }
    for (let i = Math.max(first - half, 0); i < first; i++) {
      border[i] = (border[i] as number) + Math.sqrt(1 - (first - i) / width);
    }
  }
  return border.map((weight, i) => (labels[i] === 1 ? 0 : Math.min(weight, 1)));
}

/** The highest score of every widened event; events that then touch are one. */
function peaksOf(
  runs: readonly [number, number][],
  scores: Float64Array,
  half: number,
): readonly number[] {
  const merged: [number, number][] = [];
  for (const [first, last] of runs) {
    const open = merged.at(-1);
    if (open && open[1] >= first - half) open[1] = last + half;
    else merged.push([first - half, last + half]);
  }
  return merged.map(([first, last]) => {
    let peak = Number.NEGATIVE_INFINITY;
    for (let i = Math.max(first, 0); i <= Math.min(last, scores.length - 1); i++) {
      peak = Math.max(peak, scores[i] as number);
    }
    return peak;
  });
}

/**
 * The buffer that TSB-AD uses: the lag (3 … 300) of the highest local maximum of the
 * autocorrelation of the first 20,000 values; 125 where there is none.
 */
export function bufferLength(series: Float64Array): number {
  const n = Math.min(series.length, 20_000);
  const mean = series.subarray(0, n).reduce((sum, value) => sum + value, 0) / n;
  const x = series.subarray(0, n).map((value) => value - mean);
  const correlation = Array.from({ length: Math.min(401, n) - 3 }, (_, i) => {
    let sum = 0;
    for (let t = 0; t + i + 3 < n; t++) sum += (x[t] as number) * (x[t + i + 3] as number);
    return sum;
  });
  if (!x.some((value) => value !== 0)) return 125;
  let best = -1;
  for (let k = 1; k + 1 < correlation.length; k++) {
    const here = correlation[k] as number;
    const peak = here > (correlation[k - 1] as number) && here > (correlation[k + 1] as number);
    if (peak && (best < 0 || here > (correlation[best] as number))) best = k;
  }
  return best < 3 || best > 300 ? 125 : best + 3;
}
