/** Fewest values for shares of them to say anything. */
const MIN_COUNTED = 10;

/**
 * Square roots of the shares of consecutive sums (the Hellinger transform: distances between such
 * rows are those between distributions).
 * @param sums counts, from place `from` as many as `out` has; @param out overwritten.
 * @returns whether enough was counted for the shares to mean anything.
 */
export function rootShares(sums: Float64Array, from: number, out: Float64Array): boolean {
  let total = 0;
  for (let j = 0; j < out.length; j++) total += sums[from + j] as number;
  for (let j = 0; j < out.length; j++) {
    const part = sums[from + j] as number;
    out[j] = total > 0 && part !== 0 ? Math.sqrt(part / total) : 0;
  }
  return total >= MIN_COUNTED;
}
