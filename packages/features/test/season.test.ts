import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayBin, SEASON_BINS, seasonValue, WEEK_BINS, weekday } from '../src/index.js';

const DAY_MS = 86_400_000;
const HALF_HOUR_MS = DAY_MS / SEASON_BINS;

describe('a day of half hours', () => {
  it('is the value of a bin in its middle, and runs straight to the next, round midnight too', () => {
    const bins = Float64Array.from({ length: SEASON_BINS }, (_, bin) => (bin === 0 ? 10 : 0));
    expect(seasonValue(bins, 0.5 * HALF_HOUR_MS)).toBeCloseTo(10, 12);
    expect(seasonValue(bins, 0)).toBeCloseTo(5, 12);
    expect(seasonValue(bins, DAY_MS - 1)).toBeCloseTo(5, 4);
    expect(seasonValue(bins, 1.5 * HALF_HOUR_MS)).toBeCloseTo(0, 12);
  });

  it('comes back every day and stays between its extremes', () => {
    const bins = Float64Array.from({ length: SEASON_BINS }, (_, bin) => Math.sin(bin));
    fc.assert(
      fc.property(fc.integer({ min: -4e12, max: 4e12 }), (ts) => {
        const value = seasonValue(bins, ts);
        expect(Math.abs(value)).toBeLessThanOrEqual(1);
        expect(seasonValue(bins, ts + DAY_MS)).toBeCloseTo(value, 9);
      }),
    );
  });

  it('reads a week by the hour from Monday on, and comes back every week', () => {
    const bins = Float64Array.from({ length: WEEK_BINS }, (_, hour) => hour);
    const monday = Date.UTC(2026, 5, 1);
    expect(seasonValue(bins, monday + 1_800_000)).toBeCloseTo(0, 9);
    expect(seasonValue(bins, Date.UTC(2026, 5, 3, 7, 30))).toBeCloseTo(2 * 24 + 7, 9);
    fc.assert(
      fc.property(fc.integer({ min: -4e12, max: 4e12 }), (ts) => {
        expect(seasonValue(bins, ts + 7 * DAY_MS)).toBeCloseTo(seasonValue(bins, ts), 6);
        const { day } = dayBin(ts);
        expect(weekday(day)).toBe((new Date(day * DAY_MS).getUTCDay() + 6) % 7);
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
