import type { Rng } from '@ethogram/core';
import { type Columns, column, sharedColumns } from './columns.js';
import { benjaminiHochberg, correlationPValue, shiftQValues } from './false-discovery.js';
import type { PairStatistics } from './pair-statistics.js';

/** Thresholds of {@link acceptPairs}. */
export interface AcceptOptions {
  /** False discovery rate of both tests. */
  readonly fdr: number;
  /** Strength below which an edge is of no use, however sure. */
  readonly minStrength: number;
}

/** Per unordered pair, in row order (0,1), (0,2), …: whether it is an edge, and how surely. */
export interface AcceptedPairs {
  readonly accepted: Uint8Array;
  /** False discovery rate at which the pair passes both tests. */
  readonly q: Float64Array;
  /** Strength from which a pair can be an edge. */
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

/** How many shifted replicates are drawn: some 5,000 null pairs, and four where time is no matter. */
export function replicatesFor(p: number, fast: boolean): number {
  const enough = Math.min(40, Math.ceil(10_000 / (p * (p - 1))));
  return Math.max(fast ? 1 : 4, enough);
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
 * The strength that the strongest of p²/2 unrelated pairs is expected to reach,
 * √(2 ln(p²)/n): the universal threshold of Donoho & Johnstone (1994).
 */
export function universalThreshold(p: number, n: number): number {
  return 2 * Math.sqrt(Math.log(p) / n);
}

/**
 * Which pairs are edges: those that are as strong as no unrelated pair would be, and pass the
 * circular-shift test and Benjamini–Hochberg on the correlation that is left after conditioning,
 * but for those that only follow one slow cause.
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
  const m = strength.length;
  const shiftQ = shiftQValues(strength, nulls, m === 0 ? 1 : nulls.length / m);
  const left = upperTriangle(pairs.conditioned, p);
  const testQ = benjaminiHochberg(left.map((value) => correlationPValue(value, n, 1)));
  const minStrength = Math.max(options.minStrength, universalThreshold(p, n));
  const q = shiftQ.map((value, i) => Math.max(value, testQ[i] as number));
  const driven = upperTriangle(pairs.driven, p);
  const accepted = Uint8Array.from(q, (value, i) =>
    value <= options.fdr && (strength[i] as number) >= minStrength && !driven[i] ? 1 : 0,
  );
  return { accepted, q, minStrength };
}
