import { setImmediate as others } from 'node:timers/promises';
import type { Block, EthogramError } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import type { AnomalyRecord, IncidentRecord, Scorer, TickScore } from '@ethogram/score';
import type { Store } from '@ethogram/store';
import { type KeptCheckpoint, newestCheckpoint } from '../score/checkpoints.js';
import { readFeedback } from '../score/feedback-store.js';
import { hasEvents, type StoredIncident } from '../score/keep-events.js';
import { stepOf } from '../window/in-steps-of-model.js';
import { StepMerger } from '../window/step-merger.js';
import { type ModelOwner, namesOf } from './own-model.js';
import { scoredIfFine } from './scored-if-fine.js';

/** Fewest milliseconds of ticks that a scorer is warmed up with. */
const WARM_UP_MS = 600_000;
/** Most milliseconds of ticks that a scorer catches up with: twice what lies between checkpoints. */
const CATCH_UP_MS = 7_200_000;
/** Versions of a model whose incidents may still be open. */
const LATE_VERSIONS = 5;

/** What a service scores. */
export interface Scored extends ModelOwner {
  readonly store: Store;
  readonly recording: string;
}

/** A scorer that has caught up with what is stored. */
export interface TakenUp {
  readonly scorer: Scorer;
  /** Makes of ticks what the model learned from; it holds what was stored of a step that goes on. */
  readonly merger: StepMerger;
  /** The checkpoint that it goes on from; without one it saw its recording from the middle. */
  readonly checkpoint: KeptCheckpoint | undefined;
  /** The last tick that it was given, milliseconds UTC. */
  readonly lastTs: number | undefined;
  /** The incidents that the store had as open. */
  readonly open: readonly IncidentRecord[];
  /** What the store does not know yet: what became of incidents, anomalies that nobody was told of. */
  readonly news: readonly TickScore[];
}

/**
 * Makes a scorer that goes on where the last one of this host ended: from the newest checkpoint of
 * its model over the ticks that were stored since, where they are no more than two hours of ticks.
 * Otherwise it is warmed up with the last ten minutes or more, up to two hours where an incident is
 * open. Incidents that the store has as open stay open until this scorer finds them over.
 */
export async function takeUp(scored: Scored, model: Model, nowMs: number): Promise<TakenUp> {
  const newestMs = await lastStored(scored);
  const kept = await newestCheckpoint(scored.store, { ...scored, model: model.id });
  const isNear = kept && newestMs - kept.ts <= CATCH_UP_MS;
  const resumed = isNear ? await resume(model, kept) : undefined;
  return catchUp(scored, model, nowMs, resumed && kept ? { scorer: resumed, kept } : undefined);
}

/**
 * Incidents that the store has as open, of this model or of a late version of a name it may have;
 * those that a replay found are nobody's to go on with.
 */
async function openIncidents(
  scored: Scored,
  { id }: Pick<Model, 'id'>,
): Promise<readonly IncidentRecord[]> {
  const { store, host } = scored;
  const open = (await store.events.list({ kind: 'incident', host }))
    .map(({ body }) => JSON.parse(body) as StoredIncident)
    .filter(({ state, replay }) => state === 'open' && !replay);
  const others = new Set(open.map(({ model }) => model).filter((model) => model !== id));
  const ours = new Set([id]);
  if (others.size > 0) {
    const listed = await store.models.list();
    const late = namesOf(scored).flatMap((name) =>
      listed.filter((model) => model.name === name).slice(-LATE_VERSIONS),
    );
    for (const { name, version } of late) {
      const json = (await store.models.get(name, version))?.json;
      for (const other of others) if (json?.includes(`"id":"${other}"`)) ours.add(other);
    }
  }
  return open.filter(({ model }) => ours.has(model));
}

/** The anomalies that the store has of incidents, oldest first. */
export async function anomaliesOf(
  { store, host }: Pick<Scored, 'store' | 'host'>,
  incidents: readonly IncidentRecord[],
): Promise<readonly AnomalyRecord[]> {
  if (incidents.length === 0) return [];
  const ids = new Set(incidents.map(({ id }) => id));
  const from = Math.min(...incidents.map(({ start }) => Date.parse(start)));
  const range = { from, to: Number.MAX_SAFE_INTEGER };
  return (await store.events.list({ kind: 'anomaly', host, range }))
    .map(({ body }) => JSON.parse(body) as AnomalyRecord)
    .filter(({ incident }) => ids.has(incident));
}

async function lastStored({ store, host, recording }: Scored): Promise<number> {
  const all = await store.samples.recordings();
  return all.find((info) => info.name === recording && info.host === host)?.to ?? 0;
}

/** A scorer at a checkpoint; none where another version of the program wrote it, or it is damaged. */
async function resume(model: Model, { text }: KeptCheckpoint): Promise<Scorer | undefined> {
  const { createScorer } = await import('@ethogram/score');
  try {
    return createScorer(model, { checkpoint: text });
  } catch (failure) {
    if ((failure as EthogramError).code?.startsWith('SCORE-')) return undefined;
    throw failure;
  }
}

async function catchUp(
  scored: Scored,
  model: Model,
  nowMs: number,
  from: { readonly scorer: Scorer; readonly kept: KeptCheckpoint } | undefined,
): Promise<TakenUp> {
  const { createScorer } = await import('@ethogram/score');
  const { store, host } = scored;
  const scorer = from?.scorer ?? createScorer(model);
  for (const given of await readFeedback(store, host)) scorer.acknowledge(given);
  const open = await openIncidents(scored, model);
  const first = from ? from.kept.ts + 1 : warmUpFrom(model, nowMs, open);
  // What began after a checkpoint is found again in the ticks after it.
  const isBefore = ({ start }: IncidentRecord) => !from || Date.parse(start) < first;
  for (const incident of open.filter(isBefore)) scorer.reopen(incident);
  const taken = new Set(open.map(({ id }) => id));
  const found = new Set<string>();
  let lastTs = from?.kept.ts;
  const news: TickScore[] = [];
  const merger = new StepMerger(stepOf(model));
  for await (const block of inSteps(scored, model, first, merger)) {
    lastTs = block.ts.at(-1) ?? lastTs;
    const ticks = scoredIfFine(scorer, block);
    for (const tick of typeof ticks === 'string' ? [] : ticks) {
      // While it warms up, a scorer speaks of what was judged before; only incidents go on.
      const anomalies = from ? await unknown(store, tick.anomalies) : [];
      const incidents = tick.incidents.filter(({ id }) => from || taken.has(id));
      for (const { id } of incidents) found.add(id);
      const unsaid = { ...tick, anomalies, incidents };
      if (hasEvents(unsaid)) news.push(unsaid);
    }
    await others();
  }
  // Unless those ticks never reached the store.
  for (const one of open) if (!isBefore(one) && !found.has(one.id)) scorer.reopen(one);
  return { scorer, merger, checkpoint: from?.kept, lastTs, open, news };
}

/** What was stored from an instant on, whole steps of the model's; the merger keeps what is left. */
async function* inSteps(
  { store, host, recording }: Scored,
  model: Model,
  first: number,
  merger: StepMerger,
): AsyncGenerator<Block> {
  const step = stepOf(model) ?? 1;
  const range = { from: Math.ceil(first / step) * step, to: Number.MAX_SAFE_INTEGER };
  for await (const block of store.samples.read({ host, recording, range })) {
    yield* merger.push(block);
  }
}

/** From when on ticks warm up a scorer that has no checkpoint: from before what is still open. */
function warmUpFrom(
  { timing }: Pick<Model, 'timing'>,
  nowMs: number,
  open: readonly IncidentRecord[],
): number {
  const { historyRows, rowTicks, intervalMs } = timing;
  const lengthMs = Math.max(WARM_UP_MS, 2 * historyRows * rowTicks * intervalMs);
  const begun = Math.min(nowMs, ...open.map(({ start }) => Date.parse(start)));
  return Math.min(nowMs - lengthMs, Math.max(begun - lengthMs, nowMs - CATCH_UP_MS));
}

async function unknown(
  { events }: Pick<Store, 'events'>,
  anomalies: readonly AnomalyRecord[],
): Promise<readonly AnomalyRecord[]> {
  const known = await Promise.all(anomalies.map(({ id }) => events.get('anomaly', id)));
  return anomalies.filter((_, i) => known[i] === undefined);
}
