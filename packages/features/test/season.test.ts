import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayBin, dayValue, SEASON_BINS } from '../src/index.js';

const DAY_MS = 86_400_000;
const HALF_HOUR_MS = DAY_MS / SEASON_BINS;

describe('a day of half hours', () => {
  it('is the value of a bin in its middle, and runs straight to the next, round midnight too', () => {
    const bins = Float64Array.from({ length: SEASON_BINS }, (_, bin) => (bin === 0 ? 10 : 0));
    expect(dayValue(bins, 0.5 * HALF_HOUR_MS)).toBeCloseTo(10, 12);
    expect(dayValue(bins, 0)).toBeCloseTo(5, 12);
    expect(dayValue(bins, DAY_MS - 1)).toBeCloseTo(5, 4);
    expect(dayValue(bins, 1.5 * HALF_HOUR_MS)).toBeCloseTo(0, 12);
  });

  it('comes back every day and stays between its extremes', () => {
    const bins = Float64Array.from({ length: SEASON_BINS }, (_, bin) => Math.sin(bin));
    fc.assert(
      fc.property(fc.integer({ min: -4e12, max: 4e12 }), (ts) => {
        const value = dayValue(bins, ts);
        expect(Math.abs(value)).toBeLessThanOrEqual(1);
        expect(dayValue(bins, ts + DAY_MS)).toBeCloseTo(value, 9);
      }),
    );
  });

  it('finds the bin of every instant within a day', () => {
    fc.assert(
      fc.property(fc.integer({ min: -4e12, max: 4e12 }), (ts) => {
        const { day, bin } = dayBin(ts);
        const from = day * DAY_MS + bin * HALF_HOUR_MS;
        expect(ts).toBeGreaterThanOrEqual(from);
        expect(ts).toBeLessThan(from + HALF_HOUR_MS);
      }),
    );
  });
});
