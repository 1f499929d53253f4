import type { BucketScheme } from '../aggregations/bucket-scheme.js';
import { llquantizeScheme } from '../aggregations/llquantize.js';
import { lquantizeScheme } from '../aggregations/lquantize.js';
import { quantizeScheme } from '../aggregations/quantize.js';
import type { Histogram } from '../tick.js';
import type { PrintedBucket } from './printed-aggregation.js';

/** Different rows beyond this many are not looked at. */
const MOST_ROWS = 70_000;
const FACTORS = [10, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16];
const MOST_STEPS = 1000;

/**
 * Tells by which scheme a distribution was made from the rows that were printed of it over
 * time: tracers print where buckets lie, and neither the scheme nor empty buckets at the ends.
 */
export class SchemeGuess {
  /** Rows within bounds, by where they are; the end, where some print said it. */
  readonly #within = new Map<number, number | undefined>();
  #below: number | undefined;
  #above: number | undefined;

  /** Looks at the rows of one more print. */
  add(rows: readonly PrintedBucket[]): void {
    for (const { side, at, to } of rows) {
      if (side === 'below') this.#below = at;
      else if (side === 'above') this.#above = at;
      else if (this.#within.size < MOST_ROWS) this.#within.set(at, to ?? this.#within.get(at));
    }
  }

  /**
   * Powers of two, else equal steps, else equal steps within magnitudes; `undefined` where the
   * rows are none of these.
   */
  scheme(): BucketScheme | undefined {
    return (
      tried(() => this.#powersOfTwo(true)) ??
      tried(() => this.#linear()) ??
      tried(() => this.#powersOfTwo(false)) ??
      tried(() => this.#logLinear())
    );
  }

  /** @param whole whether each row must be a whole bucket (bpftrace can divide them further). */
  #powersOfTwo(whole: boolean): BucketScheme | undefined {
    const scheme = quantizeScheme();
    if (this.#above !== undefined || (this.#below ?? 0) !== 0) return undefined;
    for (const [at, to] of this.#within) {
      const bucket = scheme.bucketOf(exact(at));
      const start = at < 0 ? scheme.upperBound(bucket) : scheme.lowerBound(bucket);
      const end = scheme.upperBound(bucket);
      const isWhole = at === start && (to === undefined || at < 0 || to === end);
      const isPart = to !== undefined && at >= 0 && to <= end;
      if (!isWhole && (whole || !isPart)) return undefined;
    }
    return scheme;
  }

  #linear(): BucketScheme | undefined {
    const starts = [...this.#within.keys()].sort((a, b) => a - b);
    const widths = new Set<number>();
    for (const [at, to] of this.#within) if (to !== undefined) widths.add(to - at + 1);
    if (widths.size > 1) return undefined;
    const base = this.#below ?? starts[0] ?? (this.#above ?? 1) - 1;
    const [width] = widths;
    const last = starts.at(-1);
    const step = width ?? (this.#above ?? base + 1) - base;
    const limit = this.#above ?? (last === undefined ? base + step : last + step);
    if (starts.some((at) => (at - base) % step !== 0) || (limit - base) % step !== 0) {
      return undefined;
    }
    return lquantizeScheme(base, limit, step);
  }

  #logLinear(): BucketScheme | undefined {
    const starts = [...this.#within.keys()];
    const lowest = starts.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const highest = starts.reduce((a, b) => Math.max(a, b), 1);
    if (!(this.#below === undefined ? lowest >= 1 : this.#below >= 1)) return undefined;
    for (const factor of FACTORS) {
      const low = Math.floor(log(factor, this.#below ?? lowest));
      const top = this.#above === undefined ? highest + 1 : this.#above;
      const high = Math.max(low + 1, Math.ceil(log(factor, top)) - 1);
      for (let steps = factor; steps <= MOST_STEPS; steps += factor) {
        const scheme = tried(() => llquantizeScheme(factor, low, high, steps));
        if (scheme && this.#fits(scheme)) return scheme;
      }
    }
    return undefined;
  }

  #fits(scheme: BucketScheme): boolean {
    if (this.#below !== undefined && scheme.upperBound(0) !== this.#below - 1) return false;
    if (this.#above !== undefined && scheme.lowerBound(scheme.buckets - 1) !== this.#above) {
      return false;
    }
    for (const [at, to] of this.#within) {
      const bucket = scheme.bucketOf(exact(at));
      if (scheme.lowerBound(bucket) !== at) return false;
      if (to !== undefined && scheme.upperBound(bucket) !== to) return false;
    }
    return true;
  }
}

/**
 * A printed distribution as a histogram of a scheme.
 * @throws RangeError on a row that is no 64-bit integer.
 */
export function printedHistogram(scheme: BucketScheme, rows: readonly PrintedBucket[]): Histogram {
  const counts = new Map<number, number>();
  for (const { side, at, count } of rows) {
    if (count === 0) continue;
    // bpftrace does not say how negative values below a power of two are: they go next to zero.
    const value = side === 'below' ? at - 1 : at;
    const bucket = scheme.bucketOf(exact(value));
    counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  }
  return { scheme: scheme.text, counts: new Map([...counts].sort(([a], [b]) => a - b)) };
}

/** Powers of two above 2^53 are exact as numbers, and are meant as they stand. */
function exact(value: number): number | bigint {
  return Number.isSafeInteger(value) ? value : BigInt(value);
}

/** log to a base, exact at whole powers within 64 bits. */
function log(base: number, x: number): number {
  const estimate = Math.log(x) / Math.log(base);
  const whole = Math.round(estimate);
  return base ** whole === x ? whole : estimate;
}

function tried(make: () => BucketScheme | undefined): BucketScheme | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
