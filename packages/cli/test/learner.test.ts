import { openStore, type Store } from '@ethogram/store';
import { beforeEach, describe, expect, test } from 'vitest';
import { Learner, type LearnerOutcome, type LearnerRun } from '../src/service/learner.js';
import type { Schedule } from '../src/service/schedule.js';

const HOUR = 3_600_000;

let store: Store;
let runs: (readonly string[])[];
let outcome: LearnerRun;
let said: string[];
let outcomes: LearnerOutcome[];

beforeEach(async () => {
  store = await openStore('memory:', { mode: 'write' });
  runs = [];
  said = [];
  outcomes = [];
  outcome = { code: 0, stdout: 'learned\n', stderr: '' };
});

const schedule: Schedule = {
  firstAfterMs: HOUR / 4,
  everyMs: 24 * HOUR,
  at: undefined,
  driftEveryMs: 0,
  windowMs: 7 * 24 * HOUR,
  more: ['--false-alarms', '1/d'],
};

function learner(more: Partial<Schedule> = {}): Learner {
  return new Learner({
    store,
    name: 'host',
    host: 'h',
    isShared: false,
    recording: 'live',
    schedule: { ...schedule, ...more },
    run: (args) => {
      runs.push(args);
      return Promise.resolve(outcome);
    },
    onLearned: (text, what) => {
      said.push(text);
      outcomes.push(what);
    },
  });
}

async function at(ms: number, one: Learner, hasOpenIncident = false): Promise<number> {
  await one.tick(ms, hasOpenIncident);
  await one.settled();
  return runs.length;
}

describe('the learner of the service', () => {
  test('learns first when enough was recorded, then regularly', async () => {
    const one = learner();
    expect(await at(0, one)).toBe(0);
    expect(await at(HOUR / 4 - 1, one)).toBe(0);
    expect(await at(HOUR / 4, one)).toBe(1);
    expect(runs[0]).toEqual(expect.arrayContaining(['train', '--name', 'host']));
    expect(said).toEqual(['learned']);
    expect(await at(HOUR, one)).toBe(1);
    expect(await at(25 * HOUR, one)).toBe(2);
  });

  test('updates a model that exists, when it has become old', async () => {
    await store.models.put({ name: 'host', host: 'h', state: 'active', storedAt: 0, json: '{}' });
    const one = learner();
    expect(await at(23 * HOUR, one)).toBe(0);
    expect(await at(24 * HOUR, one)).toBe(1);
    expect(runs[0]).toEqual(expect.arrayContaining(['--update', 'host@1']));
  });

  test('says whether what it learned is in use, a candidate, or nothing', async () => {
    const one = learner();
    await at(0, one);
    outcome = { code: 0, stdout: 'window      x\nstate       active: good\n', stderr: '' };
    await at(HOUR, one);
    outcome = { code: 0, stdout: 'state       candidate: worse\n', stderr: '' };
    await at(25 * HOUR, one);
    outcome = { code: 1, stdout: '', stderr: 'no' };
    await at(49 * HOUR, one);
    expect(outcomes).toEqual(['active', 'candidate', 'failed']);
  });

  test('learns at the times of a pattern, and by another schedule when it is told to', async () => {
    const noon = new Date(2026, 4, 1, 12, 0).getTime();
    await store.models.put({ name: 'host', host: 'h', state: 'active', storedAt: noon, json: '' });
    const one = learner({ at: '0 3 * * *' });
    expect(await at(noon + 14 * HOUR, one)).toBe(0);
    expect(await at(noon + 15 * HOUR, one)).toBe(1);
    expect(await at(noon + 16 * HOUR, one)).toBe(1);
    one.follow({ ...schedule, everyMs: HOUR, more: ['--sign', 'key.pem'] });
    expect(await at(noon + 17 * HOUR, one)).toBe(2);
    expect(runs[1]).toEqual(expect.arrayContaining(['--sign', 'key.pem']));
  });

  test('learns where the host has drifted twice in a row, and not after one busy hour', async () => {
    await store.models.put({ name: 'host', host: 'h', state: 'active', storedAt: 0, json: '{}' });
    const one = learner({ driftEveryMs: HOUR });
    const verdict = (text: string) => {
      outcome = { code: 0, stdout: `{"type":"comparison","verdict":"${text}"}`, stderr: '' };
    };
    await at(0, one);
    const kinds = () => runs.map(([command]) => command);
    verdict('drifting');
    await at(HOUR, one);
    verdict('normal');
    await at(2 * HOUR, one);
    verdict('drifting');
    await at(3 * HOUR, one);
    expect(kinds()).toEqual(['compare', 'compare', 'compare']);
    await at(4 * HOUR, one, true);
    expect(kinds()).toHaveLength(3);
    await at(5 * HOUR, one);
    expect(kinds().slice(3)).toEqual(['compare', 'train']);
    expect(runs[4]).toEqual(expect.arrayContaining(['--update', 'host@1']));
  });

  test('tries again later where the store goes away in the midst of it', async () => {
    const one = learner();
    await at(0, one);
    const { models } = store;
    const away = Object.assign(Object.create(models), {
      list: () => Promise.reject(new Error('away')),
    });
    store = Object.assign(Object.create(store), { models: away });
    const other = learner();
    await expect(other.tick(HOUR, false)).rejects.toThrow('away');
    store = Object.assign(Object.create(store), { models });
    const third = learner();
    await at(0, third);
    Object.assign(store, { models: away });
    await at(HOUR, third);
    expect([said, outcomes, runs]).toEqual([['away'], ['failed'], []]);
    Object.assign(store, { models });
    await at(HOUR + 600_000, third);
    expect(runs).toHaveLength(1);
  });

  test('never learns while an incident is open', async () => {
    const one = learner();
    await at(0, one);
    expect(await at(HOUR, one, true)).toBe(0);
    expect(await at(HOUR + 1, one, false)).toBe(1);
  });

  test('tries again in ten minutes where learning failed, and says why', async () => {
    const one = learner();
    await at(0, one);
    outcome = { code: 4, stdout: '', stderr: 'ethogram: LEARN-1001: too little\n' };
    expect(await at(HOUR, one)).toBe(1);
    expect(said).toEqual(['ethogram: LEARN-1001: too little']);
    expect(await at(HOUR + 599_999, one)).toBe(1);
    expect(await at(HOUR + 600_000, one)).toBe(2);
  });
});
