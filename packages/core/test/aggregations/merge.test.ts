import {
  type Aggregation,
  avg,
  type BucketScheme,
  count,
  distribution,
  histogramOf,
  histogramQuantile,
  histogramTotal,
  llquantizeScheme,
  lquantizeScheme,
  max,
  mergeHistograms,
  min,
  quantizeScheme,
  stddev,
  sum,
} from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -200n, max: 200n }),
  fc.maxSafeInteger(),
);
const values = fc.array(int64, { maxLength: 40 });

const schemes = fc.oneof(
  fc.constant(quantizeScheme()),
  fc
    .record({
      base: fc.integer({ min: -1000, max: 1000 }),
      levels: fc.integer({ min: 1, max: 300 }),
      step: fc.integer({ min: 1, max: 500 }),
      rest: fc.nat({ max: 499 }),
    })
    .map(({ base, levels, step, rest }) =>
      lquantizeScheme(base, base + levels * step + (rest % step), step),
    ),
  fc.constantFrom(
    llquantizeScheme(10, 0, 6, 20),
    llquantizeScheme(10, 3, 17, 10),
    llquantizeScheme(2, 0, 61, 4),
    llquantizeScheme(5, 1, 8, 25),
  ),
);

/** Merging parts, however cut, shuffled and grouped, says what one run over everything says. */
function mergesInAnyOrder<S, R>(aggregation: Aggregation<S, R>): void {
  const parts = fc.array(values, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(parts, fc.infiniteStream(fc.nat()), (sets, picks) => {
      const states = sets.map(aggregation.of);
      while (states.length > 1) {
        const [a] = states.splice((picks.next().value ?? 0) % states.length, 1);
        const [b] = states.splice((picks.next().value ?? 0) % states.length, 1);
        if (a === undefined && b === undefined) states.push(aggregation.of([]));
        else states.push(aggregation.merge(a as S, b as S));
      }
      expect(states[0]).toEqual(aggregation.of(sets.flat()));
      const state = states[0] as S;
      expect(aggregation.merge(state, aggregation.of([]))).toEqual(state);
    }),
  );
}

describe('f(f(A) ∪ f(B)) = f(A ∪ B) in any order', () => {
  it('holds for count', () => mergesInAnyOrder(count));
  it('holds for sum', () => mergesInAnyOrder(sum));
  it('holds for min', () => mergesInAnyOrder(min));
  it('holds for max', () => mergesInAnyOrder(max));
  it('holds for avg', () => mergesInAnyOrder(avg));
  it('holds for stddev', () => mergesInAnyOrder(stddev));
  it('holds for quantize', () => mergesInAnyOrder(distribution(quantizeScheme())));
  it('holds for lquantize', () => mergesInAnyOrder(distribution(lquantizeScheme(-50, 150, 7))));
  it('holds for llquantize', () => mergesInAnyOrder(distribution(llquantizeScheme(10, 0, 6, 20))));
});

describe('every scheme of buckets', () => {
  it('puts every value between the bounds of its bucket', () => {
    fc.assert(
      fc.property(schemes, fc.maxSafeInteger(), (scheme, value) => {
        const bucket = scheme.bucketOf(value);
        expect(scheme.lowerBound(bucket)).toBeLessThanOrEqual(value);
        expect(scheme.upperBound(bucket)).toBeGreaterThanOrEqual(value);
      }),
    );
  });

  it('leaves no gap and no overlap between buckets', () => {
    fc.assert(
      fc.property(schemes, (scheme) => {
        for (let bucket = 1; bucket < scheme.buckets; bucket++) {
          const low = scheme.lowerBound(bucket);
          if (Math.abs(low) > 2 ** 52) continue;
          expect(scheme.upperBound(bucket - 1)).toBe(low - 1);
          expect(scheme.bucketOf(low)).toBe(bucket);
          expect(scheme.bucketOf(low - 1)).toBe(bucket - 1);
        }
      }),
    );
  });

  it('refuses a bucket that it does not have', () => {
    fc.assert(
      fc.property(schemes, (scheme: BucketScheme) => {
        for (const bucket of [-1, scheme.buckets, 0.5]) {
          expect(() => scheme.lowerBound(bucket)).toThrow(RangeError);
          expect(() => scheme.upperBound(bucket)).toThrow(RangeError);
        }
      }),
    );
  });
});

describe('a histogram', () => {
  it('keeps only positive counts, ascending by bucket, and loses no value', () => {
    fc.assert(
      fc.property(schemes, values, (scheme, set) => {
        const histogram = histogramOf(scheme, set);
        const buckets = [...histogram.counts.keys()];
        expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
        expect([...histogram.counts.values()].every((n) => n >= 1)).toBe(true);
        expect(histogramTotal(histogram)).toBe(set.length);
      }),
    );
  });

  it('does not merge with one of another scheme', () => {
    const a = histogramOf(quantizeScheme(), [1]);
    const b = histogramOf(lquantizeScheme(0, 10), [1]);
    expect(() => mergeHistograms(a, b)).toThrow(RangeError);
  });

  it('leaves what it merges untouched', () => {
    const a = histogramOf(quantizeScheme(), [1, 5]);
    mergeHistograms(a, a);
    expect(a).toEqual(histogramOf(quantizeScheme(), [1, 5]));
  });

  it('estimates a quantile within the bucket of the exact one', () => {
    const set = fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 1 });
    const q = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(schemes, set, q, (scheme, numbers, at) => {
        const sorted = [...numbers].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(at * sorted.length)) - 1] as number;
        const bucket = scheme.bucketOf(exact);
        const estimate = histogramQuantile(histogramOf(scheme, numbers), at) as number;
        expect(estimate).toBeGreaterThanOrEqual(scheme.lowerBound(bucket));
        expect(estimate).toBeLessThanOrEqual(scheme.upperBound(bucket));
      }),
    );
  });

  it('knows no quantile of nothing, and none outside [0, 1]', () => {
    const none = histogramOf(quantizeScheme(), []);
    expect(histogramQuantile(none, 0.5)).toBeUndefined();
    expect(() => histogramQuantile(none, 1.5)).toThrow(RangeError);
    expect(() => histogramQuantile(none, Number.NaN)).toThrow(RangeError);
  });
});
