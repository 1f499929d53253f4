import { seededRng } from '@ethogram/core';
import { SEASON_BINS, seasonValue, unpackMatrix, WEEK_BINS } from '@ethogram/features';
import { describe, expect, it } from 'vitest';
import type { Draft } from '../src/draft.js';
import type { PassSetting } from '../src/passes/pass-setting.js';
import { learnSeasons } from '../src/passes/season.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A Monday. */
const START = Date.UTC(2026, 5, 1);
const STEP_MS = HOUR_MS / 4;

/** The season that is learned of one metric over so many days, 70 % of them the fit part. */
function seasonOf(days: number, value: (ts: number) => number): Float64Array | null {
  const draft = { features: [{ metric: 'load', season: null }] } as unknown as Draft;
  const setting = {
    fitUntil: START + 0.7 * days * DAY_MS,
    replay(_draft, visit) {
      for (let ts = START; ts < START + days * DAY_MS; ts += STEP_MS) {
        visit({ eligible: true, z: Float64Array.of(value(ts)) } as never, { ts } as never);
      }
    },
  } as Pick<PassSetting, 'fitUntil' | 'replay'> as PassSetting;
  learnSeasons(draft, { from: START, to: START + days * DAY_MS }, setting);
  const season = draft.features[0]?.season;
  return season ? unpackMatrix(season).data : null;
}

const hourOf = (ts: number): number => ((ts - START) / HOUR_MS) % 24;
const isWeekend = (ts: number): boolean => Math.floor((ts - START) / DAY_MS) % 7 >= 5;
const noise = (seed: number): (() => number) => {
  const rng = seededRng(seed);
  return () => rng.next() + rng.next() + rng.next() - 1.5;
};

describe('the season of a metric', () => {
  it('is a week by the hour where weekends differ and three weeks are there', () => {
    const gauss = noise(1);
    const course = (ts: number): number => (isWeekend(ts) ? 0 : 10 * Math.sin(hourOf(ts) / 4));
    const bins = seasonOf(28, (ts) => course(ts) + gauss());
    expect(bins).toHaveLength(WEEK_BINS);
    const at = (day: number, hour: number): number => {
      const ts = START + day * DAY_MS + hour * HOUR_MS;
      return seasonValue(bins as Float64Array, ts) - course(ts);
    };
    const [working, sunday] = [at(1, 6), at(6, 6)];
    expect(Math.abs(working - sunday)).toBeLessThan(1.5);
  });

  it('is a day where all days are alike, however many weeks are there', () => {
    const gauss = noise(2);
    const bins = seasonOf(28, (ts) => 10 * Math.sin((hourOf(ts) / 24) * 2 * Math.PI) + gauss());
    expect(bins).toHaveLength(SEASON_BINS);
  });

  it('is no week in less than three, even where weekends differ', () => {
    const gauss = noise(3);
    const value = (ts: number): number => (isWeekend(ts) ? 0 : 10) + 3 * Math.sin(hourOf(ts) / 4);
    expect(seasonOf(20, (ts) => value(ts) + gauss())?.length ?? SEASON_BINS).toBe(SEASON_BINS);
  });

  it('is none where nothing comes back', () => {
    const gauss = noise(4);
    expect(seasonOf(28, gauss)).toBeNull();
  });

  it('is the smoothed median of every half hour, as a naive count has it', () => {
    const gauss = noise(5);
    const seen = new Map<number, number>();
    const days = 10;
    const bins = seasonOf(days, (ts) => {
      const value = 10 * Math.sin(hourOf(ts) / 3) + gauss();
      seen.set(ts, value);
      return value;
    });
    const medians = Array.from({ length: SEASON_BINS }, (_, bin) => {
      const means = Array.from({ length: 0.7 * days }, (_, day) => {
        const from = START + day * DAY_MS + (bin * HOUR_MS) / 2;
        return ((seen.get(from) ?? 0) + (seen.get(from + STEP_MS) ?? 0)) / 2;
      }).sort((a, b) => a - b);
      return means[3] as number;
    });
    const smooth = medians.map((value, bin) => {
      const before = medians.at(bin - 1) as number;
      return (before + value + (medians[(bin + 1) % SEASON_BINS] as number)) / 3;
    });
    const mean = smooth.reduce((sum, value) => sum + value, 0) / SEASON_BINS;
    for (const [bin, value] of smooth.entries()) {
      expect(bins?.[bin]).toBeCloseTo(value - mean, 2);
    }
  });
});
