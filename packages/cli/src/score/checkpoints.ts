import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { printable } from '@ethogram/report';
import type { AnomalyRecord, Scorer } from '@ethogram/score';
import type { Store } from '@ethogram/store';
import { cliErrors } from '../errors.js';

/** Time of ticks from one checkpoint of a scorer that runs to the next. */
const EVERY_MS = 3_600_000;
/** Checkpoints of a host that are kept at most: the newest, and older ones that anomalies name. */
const NEWEST = 12;
const MOST_NAMED = 12;

/** A checkpoint as the store keeps it. */
export interface KeptCheckpoint {
  readonly id: string;
  /** The last tick that is part of it, milliseconds UTC. */
  readonly ts: number;
  /** What `createScorer` takes. */
  readonly text: string;
}

/** Keeps the state of a scorer that runs, so that what it says can be repeated from there on. */
export class CheckpointKeeper {
  readonly #store: Pick<Store, 'events'>;
  readonly #atOnce: boolean;
  #countsFrom: number | undefined;

  /**
   * @param atOnce whether the first is due at once, since the scorer did not see its recording from
   *   the beginning; otherwise after an hour of ticks.
   */
  constructor(store: Pick<Store, 'events'>, atOnce: boolean) {
    this.#store = store;
    this.#atOnce = atOnce;
  }

  /**
   * Keeps a checkpoint where the last is an hour of ticks old.
   * @param ts the last tick that the scorer was given.
   */
  async keepIfDue(scorer: Scorer, host: string, ts: number): Promise<void> {
    const isFirst = this.#countsFrom === undefined;
    this.#countsFrom ??= ts;
    if (isFirst ? !this.#atOnce : ts - this.#countsFrom < EVERY_MS) return;
    this.#countsFrom = ts;
    const { checkpointId } = await import('@ethogram/score');
    const text = scorer.checkpoint();
    const packed = (await promisify(gzip)(text)).toString('base64');
    const body = JSON.stringify({ type: 'checkpoint', gzip: packed });
    await this.#store.events.put({ id: checkpointId(text), kind: 'checkpoint', host, ts, body });
    await forgetOld(this.#store, host);
  }
}

/**
 * A checkpoint that was kept.
 * @throws CLI-1017 where the store does not know it; SCORE-1002 where it is damaged.
 */
export async function findCheckpoint(
  store: Pick<Store, 'events' | 'uri'>,
  id: string,
): Promise<KeptCheckpoint> {
  const event = await store.events.get('checkpoint', id);
  if (!event) {
    const message = `expected the id of a checkpoint, found "${printable(id)}", which ${store.uri} does not know`;
    throw cliErrors.make('CLI-1017', message);
  }
  try {
    const { gzip: packed } = JSON.parse(event.body) as { gzip: string };
    const text = (await promisify(gunzip)(Buffer.from(packed, 'base64'))).toString();
    return { id, ts: event.ts, text };
  } catch (cause) {
    const { scoreErrors } = await import('@ethogram/score');
    throw scoreErrors.make('SCORE-1002', `checkpoint ${printable(id)}: cannot be unpacked`, {
      cause,
    });
  }
}

/** Deletes what is neither among the newest of a host nor among the newest that anomalies name. */
async function forgetOld({ events }: Pick<Store, 'events'>, host: string): Promise<void> {
  const kept = (await events.list({ kind: 'checkpoint', host })).map(({ id, ts }) => ({ id, ts }));
  const old = kept.slice(0, -NEWEST).reverse();
  const oldest = old.at(-1);
  if (!oldest) return;
  const range = { from: oldest.ts, to: Number.MAX_SAFE_INTEGER };
  const anomalies = await events.list({ kind: 'anomaly', host, range });
  const named = new Set(
    anomalies.map(({ body }) => (JSON.parse(body) as AnomalyRecord).checkpoint),
  );
  const stays = new Set(
    old
      .map(({ id }) => id)
      .filter((id) => named.has(id))
      .slice(0, MOST_NAMED),
  );
  for (const { id } of old) if (!stays.has(id)) await events.remove('checkpoint', id);
}
