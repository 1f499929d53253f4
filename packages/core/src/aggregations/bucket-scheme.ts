/** How a distribution divides the signed 64-bit integers into numbered buckets. */
export interface BucketScheme {
  /** As `Histogram.scheme` says it: `quantize`, `lquantize:base,limit,step` or `llquantize:factor,low,high,steps`. */
  readonly text: string;
  /** How many buckets there are; they are numbered from 0, ascending with the values. */
  readonly buckets: number;
  /**
   * The number of the bucket that a value falls into.
   * @throws RangeError on a value that is no 64-bit signed integer (a number: no safe integer).
   */
  bucketOf(value: number | bigint): number;
  /**
   * The smallest integer in a bucket; −Infinity where the bucket is open below. Above 2^53 the
   * nearest number.
   * @throws RangeError on a bucket that the scheme does not have.
   */
  lowerBound(bucket: number): number;
  /** The largest integer in a bucket; Infinity where it is open above. Else as `lowerBound`. */
  upperBound(bucket: number): number;
}
