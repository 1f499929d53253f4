import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DRIFT_BIN_MS, DRIFT_BINS, TrailingMedian } from '../src/index.js';

const DAY_BINS = 144;
const HOUR_BINS = 6;
const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] as number;
  return sorted.length % 2 === 1
    ? upper
    : ((sorted[(sorted.length >> 1) - 1] as number) + upper) / 2;
};
const ring = (): Float32Array => new Float32Array(DRIFT_BINS).fill(Number.NaN);

describe('the level of a day that ends an hour ago', () => {
  it('is the median of what was known in that day, whatever was missing', () => {
    const step = fc.record({
      skipped: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ max: 200, min: 0 })),
      mean: fc.oneof({ weight: 5, arbitrary: fc.integer() }, fc.constant(Number.NaN)),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 500 }), (steps) => {
        const trailing = new TrailingMedian(ring(), DRIFT_BIN_MS);
        const known = new Map<number, number>();
        let bin = 1000;
        for (const { skipped, mean } of steps) {
          trailing.put(bin, mean);
          known.set(bin, Math.fround(mean));
          trailing.skip(bin + 1, bin + 1 + skipped);
          bin += 1 + skipped;
        }
        const day = [...known]
          .filter(([at]) => at < bin - HOUR_BINS && at >= bin - HOUR_BINS - DAY_BINS)
          .map(([, mean]) => mean)
          .filter((mean) => !Number.isNaN(mean));
        const expected = day.length >= DAY_BINS / 2 ? median(day) : Number.NaN;
        expect(trailing.at(bin)).toBe(expected);
      }),
    );
  });

  it('asks of a slow series half of what it can have in a day', () => {
    const hourly = new TrailingMedian(ring(), 6 * DRIFT_BIN_MS);
    for (let hour = 0; hour < 24; hour++) {
      hourly.put(6 * hour, hour);
      // The day before the last hour begins with the first value that is kept.
      const known = 6 * hour + HOUR_BINS + 1;
      expect(hourly.at(known)).toEqual(hour >= 11 ? hour / 2 : Number.NaN);
      hourly.skip(6 * hour + 1, 6 * hour + 6);
    }
  });
});
