import type { Feedback, IncidentRecord } from '@ethogram/score';
import { openStore, type Store } from '@ethogram/store';
import { beforeEach, describe, expect, test } from 'vitest';
import { CheckpointKeeper } from '../src/score/checkpoints.js';
import {
  keepFeedback,
  lastWordOn,
  readFeedback,
  strangeRanges,
} from '../src/score/feedback-store.js';
import { keepEvents, ReplayKeeper } from '../src/score/keep-events.js';
import { anomaly, closed, scored } from './example-anomaly.js';

const T = Date.UTC(2026, 4, 1);
const HOUR = 3_600_000;
const WHOLE = { from: T - HOUR, to: T + 24 * HOUR };

const at = (ms: number) => new Date(T + ms).toISOString();
const record = anomaly('p', { id: 'a', ts: at(0), host: 'h', incident: 'i', model: 'm' });
const incident: IncidentRecord = { ...closed('i', at(5_000)), host: 'h', start: at(0), model: 'm' };
const tick = scored({ ts: T, host: 'h', anomalies: [record], incidents: [incident] });
const openTick = { ...tick, incidents: [{ ...incident, state: 'open' as const }] };

const word = (ms: number, more: Partial<Feedback> = {}): Feedback => ({
  anomaly: 'a',
  verdict: 'expected',
  at: T + ms,
  until: null,
  source: 'process:p',
  kinds: ['level'],
  metrics: [],
  ...more,
});

let store: Store;
beforeEach(async () => {
  store = await openStore('memory:', { mode: 'write' });
});
const leftOut = (window = WHOLE) => strangeRanges(store, 'h', window);

describe('what people said', () => {
  test('is kept beside what they said before, and is that of one host', async () => {
    await keepFeedback(store, 'h', word(60_000));
    await keepFeedback(store, 'h', word(90_000, { verdict: 'misbehaviour' }));
    await keepFeedback(store, 'other', word(95_000, { anomaly: 'b' }));
    const said = await readFeedback(store, 'h');
    expect(said.map(({ verdict }) => verdict)).toEqual(['expected', 'misbehaviour']);
    expect(await readFeedback(store, 'other')).toHaveLength(1);
    expect(await lastWordOn(store, record)).toMatchObject({ verdict: 'misbehaviour' });
    expect(await lastWordOn(store, { ...record, host: 'other' })).toBeUndefined();
  });

  test('is read where an earlier version kept it, and a later word takes its place', async () => {
    const old = word(60_000);
    const event = { id: 'a', kind: 'feedback' as const, host: 'h', ts: old.at };
    await store.events.put({ ...event, body: JSON.stringify(old) });
    expect(await lastWordOn(store, record)).toEqual(old);
    await keepFeedback(store, 'h', word(90_000, { until: T + HOUR }));
    expect(await lastWordOn(store, record)).toMatchObject({ until: T + HOUR });
    expect(await readFeedback(store, 'h')).toHaveLength(2);
  });
});

describe('left out of training', () => {
  test('is what was called misbehaviour, its last tick included, until that is taken back', async () => {
    await keepEvents(store, tick);
    await keepFeedback(store, 'h', word(60_000));
    expect(await leftOut()).toEqual([]);
    await keepFeedback(store, 'h', word(70_000, { verdict: 'misbehaviour' }));
    expect(await leftOut()).toEqual([{ from: T, to: T + 5_001 }]);
    expect(await strangeRanges(store, 'other', WHOLE)).toEqual([]);
    await keepFeedback(store, 'h', word(80_000));
    expect(await leftOut()).toEqual([]);
  });

  test('is what was expected for a time only, and what went on of it unheard', async () => {
    await keepEvents(store, tick);
    await keepFeedback(store, 'h', word(60_000, { until: T + HOUR }));
    expect(await leftOut()).toEqual([{ from: T, to: T + 5_001 }]);
    const unheard = { ...incident, id: 'u', start: at(70_000), end: at(130_000) };
    await keepEvents(store, scored({ unheard: [{ ...unheard, state: 'open' }] }));
    await keepEvents(store, scored({ unheard: [{ ...unheard, end: at(190_000) }] }));
    expect(await leftOut()).toEqual([
      { from: T, to: T + 5_001 },
      { from: T + 70_000, to: T + 190_001 },
    ]);
    expect(await leftOut({ from: T, to: T + 1000 })).toEqual([{ from: T, to: T + 1000 }]);
  });

  test('is nothing of other windows', async () => {
    await keepEvents(store, openTick);
    await keepFeedback(store, 'h', word(60_000, { until: T + HOUR }));
    expect(await leftOut({ from: T - HOUR, to: T })).toEqual([]);
    expect(await leftOut({ from: T + HOUR, to: T + 23 * HOUR })).toEqual([]);
  });

  test('is an incident that is open, up to now, until it is closed', async () => {
    await keepEvents(store, openTick);
    for (const now of [T + HOUR, T + HOUR + 1]) {
      expect(await leftOut({ from: T - HOUR, to: now })).toEqual([{ from: T, to: now }]);
    }
    await keepEvents(store, tick);
    expect(await leftOut({ from: T - HOUR, to: T + HOUR })).toEqual([]);
  });

  test('is an incident that lasts for hours while it is heard of, and no longer', async () => {
    await keepEvents(store, openTick);
    const now = { from: T - HOUR, to: T + 6 * HOUR };
    expect(await leftOut(now)).toEqual([{ from: T, to: T + 5_001 }]);
    const heardOf = (ms: number) =>
      keepEvents(store, { ...tick, incidents: [{ ...incident, state: 'open', end: at(ms) }] });
    await heardOf(3 * HOUR);
    expect(await leftOut(now)).toEqual([{ from: T, to: T + 3 * HOUR + 1 }]);
    await heardOf(5 * HOUR);
    expect(await leftOut(now)).toEqual([{ from: T, to: T + 6 * HOUR }]);
    await keepFeedback(store, 'h', word(60_000, { verdict: 'misbehaviour' }));
    expect(await leftOut(now)).toEqual([{ from: T, to: T + 6 * HOUR }]);
  });

  test('is no later time because another scorer of the same model runs', async () => {
    await keepEvents(store, openTick);
    const scorer = {
      push: () => [],
      reopen: () => undefined,
      acknowledge: () => undefined,
      checkpoint: () => 'state',
    };
    const of = { host: 'h', model: 'm', recording: 'r' };
    await new CheckpointKeeper(store, of, 'middle').keep(scorer, T + 5 * HOUR);
    const now = { from: T - HOUR, to: T + 6 * HOUR };
    expect(await leftOut(now)).toEqual([{ from: T, to: T + 5_001 }]);
  });

  test('is no incident of a replay, unless it was called misbehaviour', async () => {
    await new ReplayKeeper(store).keep(openTick);
    expect(await leftOut()).toEqual([]);
    await keepFeedback(store, 'h', word(60_000, { verdict: 'misbehaviour' }));
    expect(await leftOut()).toEqual([{ from: T, to: T + 5_001 }]);
  });

  test('is what lies between start and end, also where the clock was set back', async () => {
    const back = { ...incident, end: at(-600_000) };
    await keepEvents(store, { ...tick, incidents: [back] });
    await keepFeedback(store, 'h', word(60_000, { verdict: 'misbehaviour' }));
    expect(await leftOut()).toEqual([{ from: T - 600_000, to: T + 1 }]);
  });
});
