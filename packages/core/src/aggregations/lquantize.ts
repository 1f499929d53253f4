import type { BucketScheme } from './bucket-scheme.js';
import { checkBucket } from './check-bucket.js';
import { int64 } from './int64.js';

/**
 * Equal steps: bucket 0 holds what is below `base`, bucket i holds
 * base + (i − 1)·step … base + i·step − 1, the last what is at or above the end of the last
 * whole step. Source: illumos `dtrace_aggregate_lquantize`.
 * DTrace takes 32-bit bounds and 16-bit steps; here they may be any safe integers, so that
 * bpftrace's `lhist` of nanoseconds fits too.
 * @param base safe integer.
 * @param limit safe integer, at least one step above `base`.
 * @param step from 1 on; at most 65,535 steps fit between the bounds.
 * @throws RangeError on other parameters.
 */
export function lquantizeScheme(base: number, limit: number, step = 1): BucketScheme {
  const levels = Math.floor((limit - base) / step);
  const areIntegers = [base, limit, step].every(Number.isSafeInteger);
  if (!areIntegers || step < 1 || levels < 1 || levels > 0xffff) {
    throw new RangeError(
      'lquantize: expected whole base and limit with 1 to 65535 steps of at least 1 between ' +
        `them, found ${base},${limit},${step}`,
    );
  }
  const end = base + levels * step;
  const scheme: BucketScheme = Object.freeze({
    text: `lquantize:${base},${limit},${step}`,
    buckets: levels + 2,
    bucketOf: (value: number | bigint) => {
      const x = int64(value);
      if (x < base) return 0;
      return x >= end ? levels + 1 : Math.floor((Number(x) - base) / step) + 1;
    },
    lowerBound: (bucket: number) => {
      checkBucket(scheme, bucket);
      return bucket === 0 ? Number.NEGATIVE_INFINITY : base + (bucket - 1) * step;
    },
    upperBound: (bucket: number) => {
      checkBucket(scheme, bucket);
      return bucket > levels ? Number.POSITIVE_INFINITY : base + bucket * step - 1;
    },
  });
  return scheme;
}
