import { type Marker, sourceKey } from '@ethogram/core';
import { type Model, parseModel } from '@ethogram/model';
import type { ExplanationContext } from '@ethogram/report';
import type { AnomalyRecord, IncidentRecord } from '@ethogram/score';
import type { Store } from '@ethogram/store';
import { AROUND_MS } from './explained-series.js';
import { lastWordOn } from './feedback-store.js';
import { nearestTraining } from './nearest-training.js';

/** Markers told at most, the nearest in time. */
const MOST_MARKERS = 8;
/** Strange times of training told at most. */
const MOST_STRANGE = 3;

/** What stood around an anomaly: who else was off, what had just changed, and where to look. */
export async function explanationContext(
  store: Store,
  anomaly: AnomalyRecord,
): Promise<ExplanationContext> {
  const key = sourceKey(anomaly.source);
  const stored = await store.events.get('incident', anomaly.incident);
  const incident = stored ? (JSON.parse(stored.body) as IncidentRecord) : null;
  const given = await lastWordOn(store, anomaly);
  const found = await modelOf(store, anomaly.model);
  return {
    incident,
    alsoOff: (incident?.suspects ?? []).filter(({ source }) => source !== key),
    warn: found?.model.thresholds.warn ?? null,
    markers: await markersAround(store, anomaly),
    said: given ? { verdict: given.verdict, at: given.at, until: given.until } : null,
    nearest: (found && (await nearestTraining(store, anomaly, found.model))) ?? null,
    strangest: (found?.model.coverage.strangest ?? [])
      .filter(({ source }) => source === key)
      .slice(0, MOST_STRANGE),
    model: found?.reference ?? null,
    recordings: await recordingsAt(store, anomaly),
  };
}

/** The version of the store that has the model's id. */
async function modelOf(
  { models }: Pick<Store, 'models'>,
  id: string,
): Promise<{ readonly reference: string; readonly model: Model } | undefined> {
  for (const { name, version } of (await models.list()).toReversed()) {
    const stored = await models.get(name, version);
    if (!stored?.json.includes(`"id":"${id}"`)) continue;
    const model = parseModel(stored.json);
    if (model.id === id) return { reference: `${name}@${version}`, model };
  }
  return undefined;
}

/** Versions, restarts, notes and the like that ticks around it carry, in order. */
async function markersAround(
  { samples }: Pick<Store, 'samples'>,
  { host, ts }: AnomalyRecord,
): Promise<readonly Marker[]> {
  const at = Date.parse(ts);
  const range = { from: at - AROUND_MS, to: at + AROUND_MS + 1 };
  const markers: Marker[] = [];
  for await (const block of samples.read({ host, range })) {
    for (const some of block.markers.values()) markers.push(...some);
  }
  return markers
    .sort((a, b) => Math.abs(a.ts - at) - Math.abs(b.ts - at))
    .slice(0, MOST_MARKERS)
    .sort((a, b) => a.ts - b.ts);
}

async function recordingsAt(
  { samples }: Pick<Store, 'samples'>,
  { host, ts }: AnomalyRecord,
): Promise<ExplanationContext['recordings']> {
  const at = Date.parse(ts);
  const all = await samples.recordings();
  return all
    .filter((info) => info.host === host && info.from <= at && at <= info.to)
    .map(({ name, from, to }) => ({
      name,
      host: all.some((info) => info.name === name && info.host !== host) ? host : null,
      from: Math.max(from, at - AROUND_MS),
      to: Math.min(to, at + AROUND_MS) + 1,
    }));
}
