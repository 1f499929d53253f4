/**
 * Score of the host from the scores of its sources: Simes' test of "all sources are normal"
 * (Simes 1986), −log10 of the smallest S·p₍ₖ₎/k.
 * @param scores −log10 p of the sources that have one.
 * @returns 0 where there are none.
 */
export function hostScore(scores: readonly number[]): number {
  const sorted = [...scores].sort((a, b) => b - a);
  const s = sorted.length;
  let best = 0;
  for (const [k, score] of sorted.entries()) {
    best = Math.max(best, score - Math.log10(s / (k + 1)));
  }
  return best;
}

/**
 * The score from which sources are off by Benjamini & Hochberg (1995) at a false discovery rate.
 * @returns Infinity where none is.
 */
export function discoveryScore(scores: readonly number[], fdr: number): number {
  const sorted = [...scores].sort((a, b) => b - a);
  let limit = Number.POSITIVE_INFINITY;
  for (const [k, score] of sorted.entries()) {
    if (score >= Math.log10(sorted.length / ((k + 1) * fdr))) limit = score;
  }
  return limit;
}
