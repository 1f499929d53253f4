import type { BucketScheme } from './bucket-scheme.js';

/** @throws RangeError where a scheme has no bucket of that number. */
export function checkBucket(scheme: BucketScheme, bucket: number): void {
  if (!Number.isInteger(bucket) || bucket < 0 || bucket >= scheme.buckets) {
    throw new RangeError(
      `${scheme.text}: expected a bucket from 0 to ${scheme.buckets - 1}, found ${bucket}`,
    );
  }
}
