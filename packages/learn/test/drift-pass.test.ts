import { seededRng } from '@ethogram/core';
import { DRIFT_HOURS, unpackMatrix } from '@ethogram/features';
import { describe, expect, it } from 'vitest';
import type { Draft } from '../src/draft.js';
import { learnDrift, settleDrift } from '../src/passes/drift.js';
import type { PassSetting } from '../src/passes/pass-setting.js';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 5, 1);
const STEP_MS = 60_000;
const DAYS = 10;
const MEAN = 500;

/** What is learned of one metric over ten days, 70 % of them the fit part. */
function driftOf(value: (days: number) => number): Draft['features'][number]['drift'] {
  const feature = { metric: 'level', type: 'gauge', mean: MEAN, sd: 1, season: null };
  const draft = { features: [feature] } as unknown as Draft;
  const setting = {
    fitUntil: START + 0.7 * DAYS * DAY_MS,
    rowSeconds: STEP_MS / 1000,
    replay(_draft, visit) {
      for (let ts = START + STEP_MS; ts <= START + DAYS * DAY_MS; ts += STEP_MS) {
        const x = value((ts - START) / DAY_MS);
        const row = { eligible: true, x: Float64Array.of(x), z: Float64Array.of(x - MEAN) };
        visit(row as never, { ts } as never);
      }
    },
  } as Pick<PassSetting, 'fitUntil' | 'rowSeconds' | 'replay'> as PassSetting;
  const lastDays = learnDrift(draft, { from: START, to: START + DAYS * DAY_MS }, setting);
  settleDrift(draft, lastDays);
  return draft.features[0]?.drift;
}

const noise = (): (() => number) => {
  const rng = seededRng(5);
  return () => rng.next() + rng.next() + rng.next() - 1.5;
};

describe('a level that wanders', () => {
  it('is followed where it grows from day to day, and its last day is kept', () => {
    const gauss = noise();
    const drift = driftOf((days) => MEAN + 10 * days + gauss());
    // Around their mean, seven days of a line deviate by its length over the root of twelve.
    expect(drift?.sd).toBeCloseTo(70 / Math.sqrt(12), 0);
    const { data } = unpackMatrix(drift?.hours ?? expect.fail('no last day'));
    expect(data).toHaveLength(DRIFT_HOURS);
    for (const [hour, mean] of data.entries()) {
      const days = ((drift?.until as number) - START) / DAY_MS - (DRIFT_HOURS - 0.5 - hour) / 24;
      expect(Math.abs(mean - 10 * days)).toBeLessThan(0.5);
    }
  });

  it('is not followed where the mean holds, nor where a day comes back', () => {
    const gauss = noise();
    expect(driftOf(() => MEAN + gauss())).toBeUndefined();
    expect(driftOf((days) => MEAN + 30 * Math.sin(2 * Math.PI * days) + gauss())).toBeUndefined();
  });

  it('is not followed where it moved a little: that would take lasting faults off for nothing', () => {
    const gauss = noise();
    expect(driftOf((days) => MEAN + (days > 4 ? 1 : 0) + gauss())).toBeUndefined();
  });
});
