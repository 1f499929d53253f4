import type { Model } from '@ethogram/model';
import { beforeAll, describe, expect, it } from 'vitest';
import { START, stream, syntheticBlocks } from '../../score/test/synthetic-host.js';
import { judgeCandidate, train } from '../src/index.js';

const learn = (ticks: number): Promise<Model> =>
  train(
    () => stream(syntheticBlocks({ ticks })),
    { name: 'test', window: { from: START, to: START + 1e9, exclude: [] }, seed: 1 },
    { learnGraph: null },
  );

describe('the gate of an update', () => {
  let short: Model;
  let provisional: Model;
  beforeAll(async () => {
    short = await learn(1000);
    provisional = await learn(60);
  });

  it('lets a candidate pass that alarms no more often', () => {
    const heldOut = { incidents: 1, hours: 2 };
    expect(judgeCandidate({ model: short, heldOut }, { model: short, heldOut }).promote).toBe(true);
  });

  it('stops one that alarms more often, and says how much', () => {
    const verdict = judgeCandidate(
      { model: short, heldOut: { incidents: 1, hours: 2 } },
      { model: short, heldOut: { incidents: 2, hours: 2 } },
    );
    expect(verdict.promote).toBe(false);
    expect(verdict.reason).toContain('24.0 incidents a day');
  });

  it('stops one that may say less', () => {
    const heldOut = { incidents: 0, hours: 1 };
    const verdict = judgeCandidate({ model: short, heldOut }, { model: provisional, heldOut });
    expect(verdict).toEqual({
      promote: false,
      reason: 'the candidate is provisional, the active model short',
    });
  });
});
