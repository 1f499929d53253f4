import type { Rng } from '@ethogram/core';
import { type Columns, column, sharedColumns } from './columns.js';
import { benjaminiHochberg, correlationPValue, shiftQValues } from './false-discovery.js';
import type { PairOptions, PairStatistics } from './pair-statistics.js';

/** Thresholds of {@link acceptPairs}. */
export interface AcceptOptions {
  readonly fdr: number;
  readonly minRho: number;
  /** How much |r(best lag)| must exceed |r(0)|, in units of 1/√n. */
  readonly lagGain: number;
}

/** Per unordered pair, in row order (0,1), (0,2), …: whether it is an edge, and how surely. */
export interface AcceptedPairs {
  readonly accepted: Uint8Array;
  /** False discovery rate by which the pair passes, the larger of the tests that count. */
  readonly q: Float64Array;
  /** Smallest strength that passes the circular-shift test. */
  readonly minStrength: number;
}

/**
 * Columns turned against each other, each by a random number of rows: the same series without
 * any dependence between them.
 */
export function shiftColumns(x: Columns, rng: Rng): Columns {
  const { rows: n, count: p } = x;
  const shifted = sharedColumns(n, p);
  for (let i = 0; i < p; i++) {
    const by = rng.integer(n);
    const from = column(x, i);
    const to = column(shifted, i);
    to.set(from.subarray(by));
    to.set(from.subarray(0, by), n - by);
  }
  return shifted;
}

/** How many shifted replicates give at least some 5,000 null pairs. */
export function replicatesFor(p: number): number {
  return Math.max(1, Math.min(40, Math.ceil(10_000 / (p * (p - 1)))));
}

/** The upper triangle of a row-major `p × p` matrix, row by row. */
export function upperTriangle(matrix: ArrayLike<number>, p: number): Float64Array {
  const upper = new Float64Array((p * (p - 1)) / 2);
  let at = 0;
  for (let i = 0; i < p; i++) {
    for (let j = i + 1; j < p; j++) upper[at++] = matrix[i * p + j] as number;
  }
  return upper;
}

/**
 * Which pairs are edges: those whose strength passes the circular-shift test and whose partial
 * correlation is significant (Benjamini–Hochberg) or whose correlation is clearly larger at a lag than at none.
 * @param nulls strengths of shifted replicates, all pairs of all replicates.
 * @param n rows of the innovations.
 */
export function acceptPairs(
  pairs: PairStatistics,
  nulls: Float64Array,
  n: number,
  options: AcceptOptions,
): AcceptedPairs {
  const { p } = pairs;
  const strength = upperTriangle(pairs.strength, p);
  const rho = upperTriangle(pairs.rho, p);
  const r = upperTriangle(pairs.r, p);
  const r0 = upperTriangle(pairs.r0, p);
  const m = strength.length;
  const shiftQ = shiftQValues(strength, nulls, m === 0 ? 1 : nulls.length / m);
  const testQ = benjaminiHochberg(rho.map((value) => correlationPValue(value, n, p - 2)));
  const accepted = new Uint8Array(m);
  const q = new Float64Array(m);
  let minStrength = 1;
  for (let i = 0; i < m; i++) {
    const direct = Math.abs(rho[i] as number) > options.minRho;
    const lagged =
      Math.abs(r[i] as number) - Math.abs(r0[i] as number) >= options.lagGain / Math.sqrt(n);
    const viaTest = direct ? Math.max(testQ[i] as number, shiftQ[i] as number) : 1;
    q[i] = Math.min(viaTest, lagged ? (shiftQ[i] as number) : 1);
    if ((shiftQ[i] as number) <= options.fdr)
      minStrength = Math.min(minStrength, strength[i] as number);
    if ((q[i] as number) <= options.fdr) accepted[i] = 1;
  }
  return { accepted, q, minStrength };
}

/** The settings of the recipe. */
export const PAIR_DEFAULTS: Readonly<Omit<PairOptions, 'lambda'> & AcceptOptions> = Object.freeze({
  // Beyond three samples a reply is lost in what else happens.
  maxLag: 3,
  fdr: 0.05,
  // Below this a partial correlation is too weak to be of use, however sure.
  minRho: 0.1,
  lagGain: 4,
});
