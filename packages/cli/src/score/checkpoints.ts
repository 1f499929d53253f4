import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { printable } from '@ethogram/report';
import type { AnomalyRecord, Scorer } from '@ethogram/score';
import type { Store, StoredEvent } from '@ethogram/store';
import { cliErrors } from '../errors.js';

/** Time of ticks from one checkpoint of a scorer that runs to the next. */
const EVERY_MS = 3_600_000;
/** Checkpoints of a host that are kept at most: the newest, and older ones that anomalies name. */
const NEWEST = 12;
const MOST_NAMED = 12;
/** Of gzip: a service that ends has no time for more. */
const LEVEL = 1;

/** A checkpoint as the store keeps it. */
export interface KeptCheckpoint {
  readonly id: string;
  /** The last tick that is part of it, milliseconds UTC. */
  readonly ts: number;
  /** What `createScorer` takes. */
  readonly text: string;
}

/** What a checkpoint is a state of. */
export interface CheckpointOf {
  readonly host: string;
  /** Id of the model. */
  readonly model: string;
  /** The recording that was scored; null where nothing was recorded. */
  readonly recording: string | null;
}

/** Keeps the state of a scorer that runs, so that what it says can be repeated from there on. */
export class CheckpointKeeper {
  readonly #store: Pick<Store, 'events'>;
  readonly #of: CheckpointOf;
  readonly #atOnce: boolean;
  #countsFrom: number | undefined;

  /**
   * @param since the last tick of the checkpoint that the scorer took up; `start` where it sees its
   *   recording from the beginning, so that the first is due after an hour of ticks; `middle` where
   *   it does not, so that the first is due at once.
   */
  constructor(
    store: Pick<Store, 'events'>,
    of: CheckpointOf,
    since: 'start' | 'middle' | { readonly ts: number },
  ) {
    this.#store = store;
    this.#of = of;
    this.#atOnce = since === 'middle';
    this.#countsFrom = typeof since === 'object' ? since.ts : undefined;
  }

  /**
   * Keeps a checkpoint where the last is an hour of ticks old.
   * @param ts the last tick that the scorer was given.
   */
  async keepIfDue(scorer: Scorer, ts: number): Promise<void> {
    if (!this.#atOnce) this.#countsFrom ??= ts;
    if (this.#countsFrom !== undefined && ts - this.#countsFrom < EVERY_MS) return;
    await this.keep(scorer, ts);
  }

  /**
   * Keeps a checkpoint now, and no more of the old ones than are bounded.
   * @param ts the last tick that the scorer was given.
   */
  async keep(scorer: Scorer, ts: number): Promise<void> {
    const { checkpointId } = await import('@ethogram/score');
    const { host, model, recording } = this.#of;
    const text = scorer.checkpoint();
    const id = checkpointId(text);
    const packed = (await promisify(gzip)(text, { level: LEVEL })).toString('base64');
    const body = JSON.stringify({ type: 'checkpoint', model, recording, gzip: packed });
    await this.#store.events.put({ id, kind: 'checkpoint', host, ts, body });
    this.#countsFrom = ts;
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
  return unpack(event);
}

/**
 * The newest checkpoint of a model on a host's recording that can be read; the ticks after it are
 * what a scorer has to catch up with.
 */
export async function newestCheckpoint(
  { events }: Pick<Store, 'events'>,
  { host, model, recording }: CheckpointOf,
): Promise<KeptCheckpoint | undefined> {
  const heads = await events.heads({ kind: 'checkpoint', host });
  for (const { id } of heads.toReversed()) {
    const event = await events.get('checkpoint', id);
    if (!event) continue;
    try {
      const of = JSON.parse(event.body) as Partial<CheckpointOf>;
      if (of.model === model && of.recording === recording) return await unpack(event);
    } catch {
      // A damaged one is as good as none: the one before it, then.
    }
  }
  return undefined;
}

async function unpack({ id, ts, body }: StoredEvent): Promise<KeptCheckpoint> {
  try {
    const { gzip: packed } = JSON.parse(body) as { gzip: string };
    const text = (await promisify(gunzip)(Buffer.from(packed, 'base64'))).toString();
    return { id, ts, text };
  } catch (cause) {
    const { scoreErrors } = await import('@ethogram/score');
    throw scoreErrors.make('SCORE-1002', `checkpoint ${printable(id)}: cannot be unpacked`, {
      cause,
    });
  }
}

/** Deletes what is neither among the newest of a host nor among the newest that anomalies name. */
async function forgetOld({ events }: Pick<Store, 'events'>, host: string): Promise<void> {
  const kept = await events.heads({ kind: 'checkpoint', host });
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
