import type { AnomalyRecord, IncidentRecord, TickScore } from '@ethogram/score';
import { openStore } from '@ethogram/store';
import { expect, test } from 'vitest';
import { keepFeedback, readFeedback, strangeRanges } from '../src/score/feedback-store.js';
import { findAnomaly } from '../src/score/find-anomaly.js';
import { keepEvents } from '../src/score/keep-events.js';

const T = Date.UTC(2026, 4, 1);

const anomaly: AnomalyRecord = {
  type: 'anomaly',
  ts: new Date(T).toISOString(),
  host: 'h',
  source: { kind: 'process', name: 'p' },
  score: 4,
  p: null,
  severity: 'warning',
  kinds: ['novel'],
  regime: 'provisional',
  incident: 'i',
  id: 'a',
  model: 'm',
  checkpoint: null,
  lost: 0,
  reasons: [],
  neighbours: [],
};

const incident: IncidentRecord = {
  type: 'incident',
  id: 'i',
  host: 'h',
  state: 'closed',
  severity: 'warning',
  start: new Date(T).toISOString(),
  end: new Date(T + 5_000).toISOString(),
  model: 'm',
  suspects: [],
};

const tick: TickScore = {
  ts: T,
  host: 'h',
  seq: 1,
  score: 4,
  anomalous: true,
  incomplete: false,
  sources: [],
  anomalies: [anomaly],
  incidents: [incident],
};

test('anomalies are found by their id and by that of their incident, and its ticks are pinned', async () => {
  const store = await openStore('memory:', { mode: 'write' });
  await keepEvents(store, tick);
  expect(await findAnomaly(store, 'a')).toEqual(anomaly);
  expect(await findAnomaly(store, 'i')).toEqual(anomaly);
  await expect(findAnomaly(store, 'x\u001b')).rejects.toMatchObject({ code: 'CLI-1010' });
  expect(await store.maintenance.pins()).toEqual([
    { id: 'incident/i', host: 'h', range: { from: T - 600_000, to: T + 605_001 }, tierMs: 0 },
  ]);
});

test('an incident that is open is left out of training until it is closed', async () => {
  const store = await openStore('memory:', { mode: 'write' });
  await keepEvents(store, { ...tick, incidents: [{ ...incident, state: 'open' }] });
  expect(await strangeRanges(store, 'h')).toEqual([{ from: T, to: T + 5_001 }]);
  await keepEvents(store, tick);
  expect(await strangeRanges(store, 'h')).toEqual([]);
});

test('only what was called misbehaviour is left out of training, its last tick included', async () => {
  const store = await openStore('memory:', { mode: 'write' });
  await keepEvents(store, tick);
  const said = {
    anomaly: 'a',
    at: T + 60_000,
    until: null,
    source: 'process:p',
    kinds: anomaly.kinds,
    metrics: [],
  };
  await keepFeedback(store, 'h', { ...said, verdict: 'expected' });
  expect(await strangeRanges(store, 'h')).toEqual([]);
  await keepFeedback(store, 'h', { ...said, verdict: 'misbehaviour' });
  expect(await strangeRanges(store, 'h')).toEqual([{ from: T, to: T + 5_001 }]);
  expect(await strangeRanges(store, 'other')).toEqual([]);
  expect(await readFeedback(store)).toHaveLength(1);
});
