/** Below this product of correlations a third column changes nothing worth looking at. */
const NEGLIGIBLE = 1e-4;

/**
 * For every pair the weakest of its partial correlations given one other column, as an absolute
 * value; 0 where one of them turns the sign. A dependence that one third source explains is
 * not direct. Complexity: p³/2.
 * @param r correlations, row-major `p × p`, symmetric.
 */
export function conditionOnOne(r: Float64Array, p: number): Float64Array {
  const rest = Float64Array.from(r, (value) => Math.sqrt(Math.max(1e-9, 1 - value * value)));
  const weakest = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = i + 1; j < p; j++) {
      const rij = r[i * p + j] as number;
      const sign = rij < 0 ? -1 : 1;
      let least = Math.abs(rij);
      for (let k = 0; k < p && least > 0; k++) {
        if (k === i || k === j) continue;
        const via = (r[i * p + k] as number) * (r[j * p + k] as number) * sign;
        // A path of the other sign only strengthens what is left.
        if (via < NEGLIGIBLE) continue;
        const left =
          (Math.abs(rij) - via) / ((rest[i * p + k] as number) * (rest[j * p + k] as number));
        if (left < least) least = Math.max(0, left);
      }
      weakest[i * p + j] = weakest[j * p + i] = least;
    }
  }
  return weakest;
}
