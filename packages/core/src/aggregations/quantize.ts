import type { BucketScheme } from './bucket-scheme.js';
import { checkBucket } from './check-bucket.js';
import { int64 } from './int64.js';

const BUCKETS = 127;
const ZERO = 63;

/**
 * Powers of two: bucket 63 holds 0, bucket 64 + k holds 2^k … 2^(k+1) − 1, bucket 62 − k holds
 * −2^(k+1) + 1 … −2^k, k = 0 … 62; the lowest, 0, holds −2^63 too. Source: illumos
 * `dtrace_aggregate_quantize`, `DTRACE_QUANTIZE_BUCKETVAL`.
 */
export function quantizeScheme(): BucketScheme {
  return QUANTIZE;
}

const QUANTIZE: BucketScheme = Object.freeze({
  text: 'quantize',
  buckets: BUCKETS,
  bucketOf: (value: number | bigint) => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      if (value === 0) return ZERO;
      return value > 0 ? ZERO + 1 + log2(value) : ZERO - 1 - log2(-value);
    }
    const x = int64(value);
    if (x === 0n) return ZERO;
    const k = Math.min(62, (x < 0n ? -x : x).toString(2).length - 1);
    return x > 0n ? ZERO + 1 + k : ZERO - 1 - k;
  },
  lowerBound: (bucket: number) => {
    checkBucket(QUANTIZE, bucket);
    if (bucket === 0) return -(2 ** 63);
    if (bucket > ZERO) return 2 ** (bucket - ZERO - 1);
    return bucket === ZERO ? 0 : 1 - 2 ** (ZERO - bucket);
  },
  upperBound: (bucket: number) => {
    checkBucket(QUANTIZE, bucket);
    if (bucket > ZERO) return 2 ** (bucket - ZERO) - 1;
    return bucket === ZERO ? 0 : -(2 ** (ZERO - bucket - 1));
  },
});

/** ⌊log2 x⌋ of a safe integer x ≥ 1, exact: from the leading bit, never by Math.log2. */
function log2(x: number): number {
  return x < 0x1_0000_0000 ? 31 - Math.clz32(x) : 63 - Math.clz32(Math.floor(x / 0x1_0000_0000));
}
