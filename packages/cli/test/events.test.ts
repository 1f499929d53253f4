import type { IncidentRecord } from '@ethogram/score';
import { openStore, type Store } from '@ethogram/store';
import { beforeEach, describe, expect, test } from 'vitest';
import { findAnomalies, findAnomaly } from '../src/score/find-anomaly.js';
import { hasEvents, keepEvents, LiveKeeper, ReplayKeeper } from '../src/score/keep-events.js';
import { anomaly as anomalyOf, closed, scored } from './example-anomaly.js';

const T = Date.UTC(2026, 4, 1);

const start = new Date(T).toISOString();
const anomaly = anomalyOf('p', { id: 'a', ts: start, host: 'h', incident: 'i', model: 'm' });
const incident: IncidentRecord = {
  ...closed('i', new Date(T + 5_000).toISOString()),
  ...{ host: 'h', start, model: 'm' },
};
const tick = scored({ ts: T, host: 'h', anomalies: [anomaly], incidents: [incident] });
const open: IncidentRecord = { ...incident, state: 'open' };

let store: Store;
beforeEach(async () => {
  store = await openStore('memory:', { mode: 'write' });
});
const stored = async (id: string) =>
  JSON.parse((await store.events.get('incident', id))?.body ?? 'null');

test('anomalies are found by their id and by that of their incident, and its ticks are pinned', async () => {
  await keepEvents(store, tick);
  expect(await findAnomaly(store, 'a')).toEqual(anomaly);
  expect(await findAnomaly(store, 'i')).toEqual(anomaly);
  await expect(findAnomaly(store, 'x\u001b')).rejects.toMatchObject({ code: 'CLI-1010' });
  expect(await store.maintenance.pins()).toEqual([
    { id: 'incident/i', host: 'h', range: { from: T - 600_000, to: T + 605_001 }, tierMs: 0 },
  ]);
});

test('the id of an incident means all of its anomalies, oldest first', async () => {
  const later = { ...anomaly, id: 'b', ts: new Date(T + 3000).toISOString() };
  const other = { ...anomaly, id: 'c', incident: 'j' };
  await keepEvents(store, { ...tick, ts: T + 3000, anomalies: [later] });
  await keepEvents(store, { ...tick, anomalies: [anomaly, other] });
  expect(await findAnomalies(store, 'i')).toEqual([anomaly, later]);
  expect(await findAnomalies(store, 'b')).toEqual([later]);
});

describe('a replay', () => {
  test('marks its incidents, and ends with its last tick what is open then', async () => {
    const replay = new ReplayKeeper(store);
    await replay.keep({ ...tick, incidents: [open] });
    expect(await stored('i')).toEqual({ ...open, replay: true });
    await replay.keep({ ...tick, ts: T + 60_000, anomalies: [], incidents: [] });
    await replay.end();
    const end = new Date(T + 60_000).toISOString();
    expect(await stored('i')).toEqual({ ...incident, end, replay: true });
    expect((await store.maintenance.pins())[0]?.range.to).toBe(T + 660_001);
    expect(await findAnomalies(store, 'i')).toEqual([anomaly]);
  });

  test('leaves as it is what a scorer that ran has kept, and what it finds there is still found', async () => {
    const live = { ...anomaly, checkpoint: 'c' };
    await keepEvents(store, { ...tick, anomalies: [live], incidents: [open] });
    const replay = new ReplayKeeper(store);
    const renamed = { ...anomaly, incident: 'k' };
    const other = { ...open, id: 'k' };
    await replay.keep({ ...tick, anomalies: [renamed], incidents: [incident, other] });
    await replay.end();
    expect(await stored('i')).toEqual(open);
    expect(await findAnomalies(store, 'i')).toEqual([live]);
    expect(await findAnomalies(store, 'k')).toEqual([live]);
  });

  test('of a replay takes its place, and a scorer that runs that of both', async () => {
    for (const end of [T + 5_000, T + 9_000]) {
      const again = new ReplayKeeper(store);
      await again.keep({ ...tick, incidents: [{ ...incident, end: new Date(end).toISOString() }] });
    }
    expect(await stored('i')).toMatchObject({ end: new Date(T + 9_000).toISOString() });
    await keepEvents(store, { ...tick, incidents: [open] });
    expect(await stored('i')).toEqual(open);
  });
});

describe('score --live', () => {
  const begun = { ...tick, incidents: [open] };
  const quiet = { ...tick, ts: T + 60_000, anomalies: [], incidents: [] };
  const end = new Date(T + 60_000).toISOString();

  test('ends what is open with its last tick: nobody goes on with it', async () => {
    const live = new LiveKeeper(store);
    await live.keep(begun);
    expect(await stored('i')).toEqual({ ...open, live: true });
    await live.keep({ ...quiet, unheard: [{ ...open, id: 'u' }] });
    await live.end();
    expect(await stored('i')).toEqual({ ...incident, end, live: true });
    expect(await findAnomalies(store, 'i')).toEqual([anomaly]);
    expect(await store.events.get('unheard', 'u')).toBeDefined();
  });

  test.each(['before', 'after'])('leaves open what a service kept %s it', async (when) => {
    if (when === 'before') await keepEvents(store, begun);
    const live = new LiveKeeper(store);
    await live.keep(begun);
    if (when === 'after') await keepEvents(store, begun);
    await live.keep(quiet);
    await live.end();
    expect(await stored('i')).toEqual(open);
  });

  test('takes the place of a replay, and no replay takes its', async () => {
    await new ReplayKeeper(store).keep(begun);
    await new LiveKeeper(store).keep(begun);
    await new ReplayKeeper(store).keep(begun);
    expect(await stored('i')).toEqual({ ...open, live: true });
  });
});

test('what went on unheard is kept, also of a tick without anything else, and by no replay', async () => {
  const quiet = { ...tick, anomalies: [], incidents: [] };
  expect([hasEvents(tick), hasEvents(quiet)]).toEqual([true, false]);
  const unheard = { ...quiet, unheard: [open] };
  expect(hasEvents(unheard)).toBe(true);
  await new ReplayKeeper(store).keep(unheard);
  expect(await store.events.list({ kind: 'unheard' })).toEqual([]);
  await keepEvents(store, unheard);
  expect(await store.events.get('unheard', 'i')).toMatchObject({ host: 'h', ts: T });
  expect(await stored('i')).toBeNull();
});
