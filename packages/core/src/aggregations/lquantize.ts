import type { BucketScheme } from './bucket-scheme.js';
import { checkBucket } from './check-bucket.js';
import { int64 } from './int64.js';

/**
 * Equal steps: bucket 0 holds what is below `base`, bucket i holds
 * base + (i − 1)·step … base + i·step − 1, the last what is at or above the end of the last
 * whole step. Source: illumos `dtrace_aggregate_lquantize`.
 * @param base 32-bit signed integer.
 * @param limit 32-bit signed integer, at least one step above `base`.
 * @param step 1 … 65,535; at most 65,535 steps.
 * @throws RangeError on parameters that DTrace would refuse.
 */
export function lquantizeScheme(base: number, limit: number, step = 1): BucketScheme {
  const levels = Math.floor((limit - base) / step);
  if (
    !isInt32(base) ||
    !isInt32(limit) ||
    !Number.isInteger(step) ||
    step < 1 ||
    step > 0xffff ||
    levels < 1 ||
    levels > 0xffff
  ) {
    throw new RangeError(
      'lquantize: expected 32-bit base and limit with 1 to 65535 steps of 1 to 65535 ' +
        `between them, found ${base},${limit},${step}`,
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

function isInt32(value: number): boolean {
  return (value | 0) === value;
}
