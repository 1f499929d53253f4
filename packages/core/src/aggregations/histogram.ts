import type { Histogram } from '../tick.js';
import type { Aggregation } from './aggregation.js';
import type { BucketScheme } from './bucket-scheme.js';
import { parseScheme } from './parse-scheme.js';

/** The aggregation that counts values into the buckets of a scheme. */
export function distribution(scheme: BucketScheme): Aggregation<Histogram, Histogram> {
  return Object.freeze({
    name: scheme.text,
    of: (values: Iterable<number | bigint>) => histogramOf(scheme, values),
    merge: (a: Histogram, b: Histogram) => mergeHistograms(a, b),
    result: (state: Histogram) => state,
  });
}

/**
 * The distribution of values.
 * @throws RangeError on a value that is no 64-bit signed integer.
 */
export function histogramOf(scheme: BucketScheme, values: Iterable<number | bigint>): Histogram {
  const counts = new Map<number, number>();
  for (const value of values) {
    const bucket = scheme.bucketOf(value);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return { scheme: scheme.text, counts: ascending(counts) };
}

/**
 * Adds two distributions, bucket by bucket, ascending; exact up to 2^53 per bucket.
 * @throws RangeError where their schemes differ: such buckets do not add.
 */
export function mergeHistograms(a: Histogram, b: Histogram): Histogram {
  if (a.scheme !== b.scheme) {
    throw new RangeError(`expected histograms of one scheme, found ${a.scheme} and ${b.scheme}`);
  }
  const counts = new Map(a.counts);
  for (const [bucket, count] of b.counts) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  return { scheme: a.scheme, counts: ascending(counts) };
}

/** How many values a distribution holds. */
export function histogramTotal(histogram: Histogram): number {
  let total = 0;
  for (const count of histogram.counts.values()) total += count;
  return total;
}

/**
 * Estimates a quantile: the bucket is that of the exact (nearest-rank) quantile, the place
 * within it by linear interpolation. A bucket without a bound on one side gives its other one.
 * @param q in [0, 1]; 0.5 is the median.
 * @returns `undefined` of an empty distribution.
 * @throws RangeError on a `q` outside [0, 1] or a scheme that does not parse.
 */
export function histogramQuantile(histogram: Histogram, q: number): number | undefined {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`expected a quantile in [0, 1], found ${q}`);
  const scheme = parseScheme(histogram.scheme);
  const total = histogramTotal(histogram);
  if (total === 0) return undefined;
  const rank = Math.max(1, Math.ceil(q * total));
  let below = 0;
  for (const [bucket, count] of ascending(histogram.counts)) {
    if (below + count >= rank) {
      const low = scheme.lowerBound(bucket);
      const high = scheme.upperBound(bucket);
      if (low === Number.NEGATIVE_INFINITY) return high;
      if (high === Number.POSITIVE_INFINITY) return low;
      return low + ((high - low) * (rank - below - 0.5)) / count;
    }
    below += count;
  }
  return undefined;
}

function ascending(counts: ReadonlyMap<number, number>): Map<number, number> {
  return new Map([...counts].sort(([a], [b]) => a - b));
}
