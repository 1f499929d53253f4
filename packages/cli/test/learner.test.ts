import { openStore, type Store } from '@ethogram/store';
import { beforeEach, describe, expect, test } from 'vitest';
import { Learner, type LearnerRun } from '../src/service/learner.js';

const HOUR = 3_600_000;

let store: Store;
let runs: (readonly string[])[];
let outcome: LearnerRun;
let said: string[];

beforeEach(async () => {
  store = await openStore('memory:', { mode: 'write' });
  runs = [];
  said = [];
  outcome = { code: 0, stdout: 'learned\n', stderr: '' };
});

function learner(): Learner {
  return new Learner({
    store,
    name: 'host',
    host: 'h',
    recording: 'live',
    firstAfterMs: HOUR / 4,
    everyMs: 24 * HOUR,
    windowMs: 7 * 24 * HOUR,
    run: (args) => {
      runs.push(args);
      return Promise.resolve(outcome);
    },
    onLearned: (text) => said.push(text),
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
    expect(runs[0]).toEqual(expect.arrayContaining(['--update', 'host']));
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
