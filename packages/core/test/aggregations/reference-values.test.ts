import {
  avg,
  count,
  histogramOf,
  llquantizeScheme,
  lquantizeScheme,
  max,
  min,
  parseScheme,
  quantizeScheme,
  stddev,
  sum,
} from '@ethogram/core';
import { describe, expect, it } from 'vitest';

const zeroTo = (n: number): number[] => Array.from({ length: n + 1 }, (_, i) => i);

describe('llquantize', () => {
  it('puts 0 … 100 into the buckets of the DTrace guide', () => {
    const { counts } = histogramOf(llquantizeScheme(10, 0, 1, 20), zeroTo(100));
    const expected = new Map<number, number>([[0, 1]]);
    for (let bucket = 1; bucket <= 9; bucket++) expected.set(bucket, 1);
    for (let bucket = 10; bucket <= 27; bucket++) expected.set(bucket, 5);
    expected.set(28, 1);
    expect([...counts]).toEqual([...expected]);
  });

  it('has 119 buckets for (10, 0, 6, 20), numbered as DTrace numbers them', () => {
    const scheme = llquantizeScheme(10, 0, 6, 20);
    expect(scheme.buckets).toBe(119);
    const values = [0, 1, 9, 10, 14, 15, 99, 100, 150, 1000, 9_999_999, 10_000_000];
    expect(values.map(scheme.bucketOf)).toEqual([0, 1, 9, 10, 10, 11, 27, 28, 29, 46, 117, 118]);
  });

  it('holds everything below factor^low in bucket 0, negatives included', () => {
    const scheme = llquantizeScheme(10, 3, 6, 10);
    expect([-(2n ** 63n), -1, 0, 999].map(scheme.bucketOf)).toEqual([0, 0, 0, 0]);
    expect(scheme.bucketOf(1000)).toBe(1);
  });

  it('begins at low magnitudes with as many buckets as there are integers', () => {
    const scheme = llquantizeScheme(2, 0, 4, 4);
    expect(zeroTo(8).map(scheme.lowerBound)).toEqual([
      Number.NEGATIVE_INFINITY,
      1,
      2,
      3,
      4,
      6,
      8,
      12,
      16,
    ]);
  });

  it.each([
    [1, 0, 6, 20],
    [10, 3, 3, 20],
    [10, 0, 19, 20],
    [10, 0, 6, 5],
    [10, 0, 6, 25],
    [10, 0, 6, 30],
    [10.5, 0, 6, 20],
  ])('refuses the parameters (%d, %d, %d, %d) as DTrace does', (...parameters) => {
    expect(() => llquantizeScheme(...parameters)).toThrow(RangeError);
  });
});

describe('quantize', () => {
  const scheme = quantizeScheme();

  it('has 127 buckets with zero in the middle', () => {
    expect(scheme.buckets).toBe(127);
    expect(scheme.bucketOf(0)).toBe(63);
  });

  it('holds 2^k … 2^(k+1) − 1 in positive bucket k, and mirrors it for negatives', () => {
    for (let k = 0n; k <= 62n; k++) {
      const index = Number(k);
      for (const value of [2n ** k, 2n ** (k + 1n) - 1n]) {
        expect(scheme.bucketOf(value)).toBe(64 + index);
        expect(scheme.bucketOf(-value)).toBe(62 - index);
      }
    }
  });

  it('puts the lowest 64-bit integer into the lowest bucket', () => {
    expect(scheme.bucketOf(-(2n ** 63n))).toBe(0);
  });

  it('agrees on numbers and bigints up to 2^53', () => {
    for (let k = 0; k <= 52; k++) {
      for (const value of [2 ** k - 1, 2 ** k, -(2 ** k), 2 ** k + 1, 2 ** 53 - 1 - k]) {
        expect(scheme.bucketOf(value)).toBe(scheme.bucketOf(BigInt(value)));
      }
    }
  });
});

describe('lquantize', () => {
  it('has one bucket below, one for each step, one above', () => {
    const scheme = lquantizeScheme(0, 100, 10);
    expect(scheme.buckets).toBe(12);
    expect([-1, 0, 9, 10, 99, 100, 5000].map(scheme.bucketOf)).toEqual([0, 1, 1, 2, 10, 11, 11]);
  });

  it('begins the last bucket at the end of the last whole step', () => {
    expect([29, 30, 31].map(lquantizeScheme(0, 31, 10).bucketOf)).toEqual([3, 4, 4]);
  });

  it('steps by 1 where no step is given', () => {
    expect(lquantizeScheme(-5, 5).buckets).toBe(12);
  });

  it.each([
    [0, 0, 1],
    [10, 0, 1],
    [0, 10, 11],
    [0, 10, 0],
    [0, 2 ** 53, 2 ** 40],
    [0, 70_000, 1],
    [0.5, 10, 1],
  ])('refuses the parameters (%d, %d, %d)', (base, limit, step) => {
    expect(() => lquantizeScheme(base, limit, step)).toThrow(RangeError);
  });
});

describe('scalar aggregations', () => {
  const values = [3, -4, 10, 10];

  it('say what DTrace says of a small set', () => {
    expect(count.result(count.of(values))).toBe(4n);
    expect(sum.result(sum.of(values))).toBe(19n);
    expect(min.result(min.of(values))).toBe(-4n);
    expect(max.result(max.of(values))).toBe(10n);
    expect(avg.result(avg.of(values))).toBe(4n);
    // Mean of squares 225 / 4 = 56, mean 19 / 4 = 4: ⌊√(56 − 16)⌋.
    expect(stddev.result(stddev.of(values))).toBe(6n);
  });

  it('cut the mean toward zero', () => {
    expect(avg.result(avg.of([-3, -4]))).toBe(-3n);
  });

  it('say of no values that there is nothing to say', () => {
    expect(count.result(count.of([]))).toBe(0n);
    expect(sum.result(sum.of([]))).toBe(0n);
    expect([min, max].map((f) => f.result(f.of([])))).toEqual([undefined, undefined]);
    expect(avg.result(avg.of([]))).toBeUndefined();
    expect(stddev.result(stddev.of([]))).toBeUndefined();
  });

  it('stay exact at the ends of 64 bits, where sums of squares need 128', () => {
    const ends = [2n ** 63n - 1n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 63n)];
    expect(sum.result(sum.of(ends))).toBe(-2n);
    expect(avg.result(avg.of(ends))).toBe(0n);
    expect(stddev.result(stddev.of(ends))).toBe(2n ** 63n - 1n);
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 2n ** 63n, -(2n ** 63n) - 1n])(
    'refuse %s, which is no 64-bit integer',
    (value) => {
      for (const f of [count, sum, min, max, avg, stddev]) {
        expect(() => f.of([value])).toThrow(RangeError);
      }
    },
  );
});

describe('parseScheme', () => {
  it.each(['quantize', 'lquantize:-5,100,5', 'llquantize:10,0,6,20'])(
    'reads %s back as it was written',
    (text) => {
      expect(parseScheme(text).text).toBe(text);
    },
  );

  it.each(['', 'quantize:1', 'lquantize:1', 'lquantize:0,10,1,1', 'llquantize:10,0,6', 'log2'])(
    'refuses %j',
    (text) => {
      expect(() => parseScheme(text)).toThrow(RangeError);
    },
  );
});
