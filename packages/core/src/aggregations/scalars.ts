import type { Aggregation } from './aggregation.js';
import { int64 } from './int64.js';

/** How many values there were. */
export const count: Aggregation<bigint, bigint> = Object.freeze({
  name: 'count',
  of: (values: Iterable<number | bigint>) => {
    let n = 0n;
    for (const value of values) {
      int64(value);
      n++;
    }
    return n;
  },
  merge: (a: bigint, b: bigint) => a + b,
  result: (state: bigint) => state,
});

/** The sum of the values; 0 of none. */
export const sum: Aggregation<bigint, bigint> = Object.freeze({
  name: 'sum',
  of: (values: Iterable<number | bigint>) => {
    let total = 0n;
    for (const value of values) total += int64(value);
    return total;
  },
  merge: (a: bigint, b: bigint) => a + b,
  result: (state: bigint) => state,
});

/** The smallest value. */
export const min: Aggregation<bigint | undefined, bigint | undefined> = extreme(
  'min',
  (a, b) => a < b,
);

/** The largest value. */
export const max: Aggregation<bigint | undefined, bigint | undefined> = extreme(
  'max',
  (a, b) => a > b,
);

function extreme(
  name: string,
  beats: (a: bigint, b: bigint) => boolean,
): Aggregation<bigint | undefined, bigint | undefined> {
  const merge = (a: bigint | undefined, b: bigint | undefined): bigint | undefined => {
    if (a === undefined) return b;
    return b === undefined || beats(a, b) ? a : b;
  };
  return Object.freeze({
    name,
    of: (values: Iterable<number | bigint>) => {
      let best: bigint | undefined;
      for (const value of values) best = merge(best, int64(value));
      return best;
    },
    merge,
    result: (state: bigint | undefined) => state,
  });
}
