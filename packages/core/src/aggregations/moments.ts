import type { Aggregation } from './aggregation.js';
import { int64 } from './int64.js';

/** What {@link avg} keeps. */
export interface AvgState {
  readonly count: bigint;
  readonly sum: bigint;
}

/** What {@link stddev} keeps. */
export interface StddevState extends AvgState {
  readonly sumOfSquares: bigint;
}

/** The mean, cut toward zero as DTrace's integer division does; `undefined` of no values. */
export const avg: Aggregation<AvgState, bigint | undefined> = Object.freeze({
  name: 'avg',
  of: (values: Iterable<number | bigint>) => {
    let count = 0n;
    let sum = 0n;
    for (const value of values) {
      count++;
      sum += int64(value);
    }
    return { count, sum };
  },
  merge: (a: AvgState, b: AvgState) => ({ count: a.count + b.count, sum: a.sum + b.sum }),
  result: (state: AvgState) => (state.count === 0n ? undefined : state.sum / state.count),
});

/**
 * The standard deviation as DTrace computes it: the integer square root of the (cut) mean of
 * the squares less the square of the (cut) mean; `undefined` of no values. Source: illumos
 * `dt_stddev` in lib/libdtrace/common/dt_consume.c.
 */
export const stddev: Aggregation<StddevState, bigint | undefined> = Object.freeze({
  name: 'stddev',
  of: (values: Iterable<number | bigint>) => {
    let count = 0n;
    let sum = 0n;
    let sumOfSquares = 0n;
    for (const value of values) {
      const x = int64(value);
      count++;
      sum += x;
      sumOfSquares += x * x;
    }
    return { count, sum, sumOfSquares };
  },
  merge: (a: StddevState, b: StddevState) => ({
    count: a.count + b.count,
    sum: a.sum + b.sum,
    sumOfSquares: a.sumOfSquares + b.sumOfSquares,
  }),
  result: ({ count, sum, sumOfSquares }: StddevState) => {
    if (count === 0n) return undefined;
    const mean = sum / count;
    return integerSquareRoot(sumOfSquares / count - mean * mean);
  },
});

/** ⌊√n⌋ of n ≥ 0 by Newton's method from above; O(log log n) divisions. */
function integerSquareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let root = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
