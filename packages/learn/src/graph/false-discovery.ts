import { normalTail } from './normal-distribution.js';

/**
 * Benjamini & Hochberg's (1995) step-up: the smallest false discovery rate at which each test
 * is still accepted.
 */
export function benjaminiHochberg(pValues: Float64Array): Float64Array {
  const m = pValues.length;
  const order = new Uint32Array(m);
  for (let i = 0; i < m; i++) order[i] = i;
  order.sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const q = new Float64Array(m);
  let least = 1;
  for (let rank = m; rank >= 1; rank--) {
    const i = order[rank - 1] as number;
    least = Math.min(least, ((pValues[i] as number) * m) / rank);
    q[i] = least;
  }
  return q;
}

/**
 * The false discovery rate at which each observed statistic is still accepted, from the same
 * statistic on data whose columns were shifted against each other (Storey's q-value with
 * π₀ = 1): expected null statistics at or above it, over observed ones at or above it.
 * @param nulls statistics of all replicates; @param replicates how many replicates they are from.
 */
export function shiftQValues(
  observed: Float64Array,
  nulls: Float64Array,
  replicates: number,
): Float64Array {
  const order = Uint32Array.from(observed.keys());
  order.sort((a, b) => (observed[b] as number) - (observed[a] as number));
  const null_ = Float64Array.from(nulls).sort().reverse();
  const raw = new Float64Array(order.length);
  let above = 0;
  for (let from = 0; from < order.length; ) {
    const value = observed[order[from] as number] as number;
    let to = from + 1;
    while (to < order.length && observed[order[to] as number] === value) to++;
    while (above < null_.length && (null_[above] as number) >= value) above++;
    for (let rank = from; rank < to; rank++) raw[rank] = (above + 1) / replicates / to;
    from = to;
  }
  const q = new Float64Array(observed.length);
  let least = 1;
  for (let rank = order.length - 1; rank >= 0; rank--) {
    least = Math.min(least, raw[rank] as number);
    q[order[rank] as number] = least;
  }
  return q;
}

/**
 * Two-sided p-value of a partial correlation by Fisher's z (1924).
 * @param n samples; @param given how many variables it is conditioned on.
 */
export function correlationPValue(rho: number, n: number, given: number): number {
  const freedom = n - given - 3;
  if (freedom <= 0) return 1;
  const z = Math.abs(Math.atanh(Math.max(-0.999999, Math.min(0.999999, rho)))) * Math.sqrt(freedom);
  return Math.min(1, 2 * normalTail(z));
}
