import type { BucketScheme } from './bucket-scheme.js';
import { checkBucket } from './check-bucket.js';
import { int64 } from './int64.js';

const MAX = 2n ** 63n - 1n;

/**
 * Equal steps within each order of magnitude: bucket 0 holds what is below factor^low, the last
 * what is at or above factor^(high + 1); between them each magnitude is cut into `steps` equal
 * parts of which those above the magnitude before count (fewer, of width 1, where a magnitude
 * has fewer integers). `(10, 0, 6, 20)` has 119 buckets. Source: illumos
 * `dtrace_aggregate_llquantize_bucket`, and the checks of its D compiler.
 * @param factor integer ≥ 2.
 * @param low lowest magnitude, integer ≥ 0.
 * @param high highest magnitude, above `low`; factor^(high + 1) fits 64 bits.
 * @param steps a multiple of `factor` that divides the powers of `factor` from itself on.
 * @throws RangeError on parameters that DTrace would refuse.
 */
export function llquantizeScheme(
  factor: number,
  low: number,
  high: number,
  steps: number,
): BucketScheme {
  checkParameters(factor, low, high, steps);
  const starts = bucketStarts(BigInt(factor), low, high, BigInt(steps));
  const numbers = starts.map(Number);
  const scheme: BucketScheme = Object.freeze({
    text: `llquantize:${factor},${low},${high},${steps}`,
    buckets: starts.length + 1,
    bucketOf: (value: number | bigint) => countAtOrBelow(starts, int64(value)),
    lowerBound: (bucket: number) => {
      checkBucket(scheme, bucket);
      return numbers[bucket - 1] ?? Number.NEGATIVE_INFINITY;
    },
    upperBound: (bucket: number) => {
      checkBucket(scheme, bucket);
      const next = starts[bucket];
      return next === undefined ? Number.POSITIVE_INFINITY : Number(next - 1n);
    },
  });
  return scheme;
}

function checkParameters(factor: number, low: number, high: number, steps: number): void {
  const found = `found ${factor},${low},${high},${steps}`;
  const all = [factor, low, high, steps];
  if (
    !all.every((x) => Number.isInteger(x) && x >= 0 && x <= 0xffff) ||
    factor < 2 ||
    low >= high
  ) {
    throw new RangeError(
      `llquantize: expected integers up to 65535, factor ≥ 2 and low < high, ${found}`,
    );
  }
  if (BigInt(factor) ** BigInt(Math.min(high + 1, 64)) > MAX) {
    throw new RangeError(`llquantize: expected factor^(high + 1) to fit 64 bits, ${found}`);
  }
  let power = factor;
  while (power < steps) power *= factor;
  if (steps < factor || steps % factor !== 0 || power % steps !== 0) {
    throw new RangeError(
      `llquantize: expected steps that factor divides and that divide a power of it, ${found}`,
    );
  }
}

/** Where each bucket but the lowest begins, ascending; the last entry begins the highest bucket. */
function bucketStarts(factor: bigint, low: number, high: number, steps: bigint): bigint[] {
  const starts: bigint[] = [];
  let from = factor ** BigInt(low);
  for (let order = low; order <= high; order++) {
    const to = from * factor;
    const width = to > steps ? to / steps : 1n;
    for (let start = from; start < to; start += width) starts.push(start);
    from = to;
  }
  starts.push(from);
  return starts;
}

/** How many of the ascending starts are at or below a value: its bucket. O(log buckets). */
function countAtOrBelow(starts: readonly bigint[], value: bigint): number {
  let from = 0;
  let to = starts.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((starts[middle] as bigint) <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}
