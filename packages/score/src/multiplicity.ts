/**
 * Score of the host from the scores of its sources: Simes' test of "all sources are normal"
 * (Simes 1986), −log10 of the smallest S·p₍ₖ₎/k.
 * @param scores −log10 p of the sources that have one.
 * @returns 0 where there are none.
 */
export function hostScore(scores: readonly number[]): number {
  const sorted = Float64Array.from(scores).sort();
  const s = sorted.length;
  let best = 0;
  for (let k = 0; k < s; k++) {
    const score = sorted[s - 1 - k] as number;
    // The smaller ones cannot reach it even without their price.
    if (score <= best) break;
    best = Math.max(best, score - Math.log10(s / (k + 1)));
  }
  return best;
}

/**
 * The score from which sources are off by Benjamini & Hochberg (1995) at a false discovery rate.
 * @returns Infinity where none is.
 */
export function discoveryScore(scores: readonly number[], fdr: number): number {
  // Even the last in rank must reach this, and nearly always none does.
  const least = -Math.log10(fdr) - 1e-9;
  if (!scores.some((score) => score >= least)) return Number.POSITIVE_INFINITY;
  const sorted = Float64Array.from(scores).sort();
  const s = sorted.length;
  let limit = Number.POSITIVE_INFINITY;
  for (let k = 0; k < s; k++) {
    const score = sorted[s - 1 - k] as number;
    if (score >= Math.log10(s / ((k + 1) * fdr))) limit = score;
  }
  return limit;
}
