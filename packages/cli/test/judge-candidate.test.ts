import type { Block } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import { expect, test } from 'vitest';
import { exampleModel } from '../../model/test/example-model.js';
import { judgeCandidate } from '../src/models/judge-candidate.js';

async function* nothing(): AsyncGenerator<Block> {}

function modelOf(regime: Model['regime'], incidents: number | null): Model {
  const model = exampleModel();
  const heldOut = incidents === null ? null : { incidents, hours: 2, upperPerDay: 10 };
  return { ...model, regime, thresholds: { ...model.thresholds, heldOut } };
}

const judge = (candidate: Model, before: Model, incidentsBefore = 0) =>
  judgeCandidate(candidate, before, nothing, async (model, _blocks, from) => {
    expect(model).toEqual({ ...before, window: candidate.window });
    expect(from).toBe(candidate.calibrationFrom);
    return { incidents: incidentsBefore };
  });

test('a candidate is promoted where it opens no more incidents on the time held out', async () => {
  const before = modelOf('full', 9);
  expect(await judge(modelOf('full', 2), before, 2)).toEqual({
    promote: true,
    reason: '2 incidents in 2.0 h held out, 2 under the model before it',
  });
  expect((await judge(modelOf('full', 3), before, 2)).promote).toBe(false);
});

test('a candidate that may say less stays one, and one that may say more is promoted', async () => {
  expect((await judge(modelOf('short', 0), modelOf('full', 9), 9)).promote).toBe(false);
  expect((await judge(modelOf('short', 5), modelOf('provisional', null))).promote).toBe(true);
});

test('a candidate of other ticks stays one: no ticks judge both', async () => {
  const coarse = modelOf('full', 2);
  const timing = { ...coarse.timing, intervalMs: 10_000 };
  const { promote, reason } = await judge({ ...coarse, timing }, modelOf('full', 9), 9);
  expect(promote).toBe(false);
  expect(reason).toMatch(/ticks are of 10 s, those of the model before it of 1 s/);
});

test('without time held out nothing shows that a candidate is no worse', async () => {
  const { promote, reason } = await judge(
    modelOf('provisional', null),
    modelOf('provisional', null),
  );
  expect(promote).toBe(false);
  expect(reason).toMatch(/no time was held out/);
});
