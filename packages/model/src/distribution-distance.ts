/**
 * Jensen–Shannon distance of two distributions over the same places: the square root of the
 * divergence in bits, 0 (same) … 1 (nothing in common) (Endres & Schindelin 2003).
 * @param a @param b shares ≥ 0 of one length; each is scaled to sum 1, an empty one counts as uniform.
 */
export function distributionDistance(a: readonly number[], b: readonly number[]): number {
  const p = normalised(a);
  const q = normalised(b);
  let divergence = 0;
  for (let i = 0; i < p.length; i++) {
    const x = p[i] as number;
    const y = q[i] as number;
    // By the sum, not by the middle: half of the smallest number is 0.
    if (x > 0) divergence += (x * (1 + Math.log2(x / (x + y)))) / 2;
    if (y > 0) divergence += (y * (1 + Math.log2(y / (x + y)))) / 2;
  }
  return Math.sqrt(Math.min(1, Math.max(0, divergence)));
}

function normalised(shares: readonly number[]): readonly number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => (total > 0 ? share / total : 1 / shares.length));
}
