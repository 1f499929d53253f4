import { type Block, packTicks, sourceKey, type Tick, type TimeRange } from '@ethogram/core';
import { Binary, MongoBulkWriteError } from 'mongodb';
import { readQuery } from '../../blocks/read-query.js';
import { encodeTick } from '../../chunk/chunk-codec.js';
import { slotStart } from '../../chunk/slot-value.js';
import { compareRecordings, groupByHost } from '../../recording-state.js';
import type { AppendResult, ReadQuery, RecordingInfo, SampleStore } from '../../store.js';
import { checkName, checkTicks } from '../../validate-tick.js';
import { readBucketedPart } from './bucketed-reading.js';
import { listBucketedRecordings } from './bucketed-recordings.js';
import { sealSlot } from './bucketed-sealing.js';
import { type Collections, idOf, type TickDocument } from './documents.js';
import { codedMongo, DUPLICATE_KEY } from './mongo-errors.js';
import type { MongoSession } from './mongo-session.js';
import { PartState } from './part-state.js';

const TICKS_PER_INSERT = 256;

/**
 * Samples in ordinary collections: a document per tick at first, a document per host and slot
 * once the slot has passed. The `_id` of a tick is its identity, so that sending it again after
 * an unknown outcome stores nothing twice.
 */
export class BucketedSamples implements SampleStore {
  readonly #session: MongoSession;
  readonly #states = new Map<string, PartState>();

  constructor(session: MongoSession) {
    this.#session = session;
  }

  async append(recording: string, ticks: readonly Tick[]): Promise<AppendResult> {
    this.#session.mayWrite('samples');
    checkName('recording', recording);
    checkTicks(ticks);
    let stored = 0;
    for (const [host, group] of groupByHost(ticks)) {
      for (let at = 0; at < group.length; at += TICKS_PER_INSERT) {
        const batch = group.slice(at, at + TICKS_PER_INSERT);
        stored += await this.#put(recording, host, batch);
        await this.#sealPassed(recording, host, batch.at(-1)?.ts ?? 0);
      }
    }
    return { stored, repeated: ticks.length - stored };
  }

  async *read(query: ReadQuery, options: { signal?: AbortSignal } = {}): AsyncGenerator<Block> {
    const recordings = await this.recordings();
    const readPart = (part: RecordingInfo, range: TimeRange): AsyncIterable<Block> =>
      readBucketedPart(this.#session, part, range);
    yield* readQuery(query, recordings, readPart, options.signal);
  }

  async recordings(): Promise<readonly RecordingInfo[]> {
    const infos = await this.#session.run(listBucketedRecordings);
    return infos.sort(compareRecordings);
  }

  async seal(recording: string): Promise<void> {
    this.#session.mayWrite('samples');
    await this.#session.run(async (collections) => {
      const slots = await collections.ticks
        .aggregate<{ _id: { host: string; slot: Date } }>([
          { $match: { recording } },
          { $group: { _id: { host: '$host', slot: '$slot' } } },
        ])
        .toArray();
      for (const { _id } of slots) {
        await sealSlot(collections, recording, _id.host, _id.slot.getTime());
      }
    });
  }

  async remove(recording: string): Promise<boolean> {
    this.#session.mayWrite('samples');
    for (const [key, state] of this.#states) {
      if (state.recording === recording) this.#states.delete(key);
    }
    return this.#session.run(async ({ recordings, ticks, chunks }) => {
      await ticks.deleteMany({ recording });
      await chunks.deleteMany({ recording });
      const { deletedCount } = await recordings.deleteMany({ recording });
      return deletedCount > 0;
    });
  }

  /** Inserts the ticks that are not there; how many were new. */
  async #put(recording: string, host: string, ticks: readonly Tick[]): Promise<number> {
    const collections = this.#session.collections();
    const key = idOf(recording, host);
    const state = this.#states.get(key) ?? new PartState(recording, host);
    // Until it is known what was stored, the state is not to be trusted by another call.
    this.#states.delete(key);
    try {
      await state.load(collections, new Set(ticks.map((tick) => tick.boot)));
      const fresh = ticks.filter((tick) => state.admit(tick));
      await this.#addSources(collections, state, fresh);
      const stored = fresh.length === 0 ? 0 : await insert(collections, recording, fresh);
      this.#states.set(key, state);
      return stored;
    } catch (cause) {
      throw codedMongo(cause, this.#session.uri);
    }
  }

  async #addSources(
    { recordings }: Collections,
    state: PartState,
    ticks: readonly Tick[],
  ): Promise<void> {
    const keys = new Set(ticks.flatMap((tick) => tick.samples.map(sourceKey)));
    const fresh = [...keys].filter((key) => !state.sources.has(key));
    if (ticks.length === 0 || (state.known && fresh.length === 0)) return;
    await recordings.updateOne(
      { _id: idOf(state.recording, state.host) },
      {
        $setOnInsert: { recording: state.recording, host: state.host },
        $addToSet: { sources: { $each: fresh } },
      },
      { upsert: true },
    );
    state.learn(fresh);
  }

  /** Seals the slots before the newest one, once per slot. */
  async #sealPassed(recording: string, host: string, ts: number): Promise<void> {
    const state = this.#states.get(idOf(recording, host));
    const newest = slotStart(ts);
    if (!state || state.openSlot === newest) return;
    state.openSlot = newest;
    await this.#session.run(async (collections) => {
      const slots = await collections.ticks.distinct('slot', {
        recording,
        host,
        ts: { $lt: new Date(newest) },
      });
      for (const slot of slots) await sealSlot(collections, recording, host, slot.getTime());
    });
  }
}

/** Inserts tick documents; those that were there already, from a call whose answer was lost, do not count. */
async function insert(
  { ticks }: Collections,
  recording: string,
  fresh: readonly Tick[],
): Promise<number> {
  const documents = fresh.map((tick) => tickDocument(recording, tick));
  try {
    return (await ticks.insertMany(documents, { ordered: false })).insertedCount;
  } catch (cause) {
    if (!(cause instanceof MongoBulkWriteError)) throw cause;
    const errors = Array.isArray(cause.writeErrors) ? cause.writeErrors : [cause.writeErrors];
    if (errors.length === 0 || errors.some((error) => error.code !== DUPLICATE_KEY)) throw cause;
    return fresh.length - errors.length;
  }
}

function tickDocument(recording: string, tick: Tick): TickDocument {
  return {
    _id: idOf(recording, tick.host, tick.boot, tick.seq),
    recording,
    host: tick.host,
    ts: new Date(tick.ts),
    from: new Date(tick.ts - Math.round(tick.intervalNs / 1e6)),
    slot: new Date(slotStart(tick.ts)),
    boot: tick.boot,
    seq: tick.seq,
    lost: Object.values(tick.lost).reduce((sum, count) => sum + count, 0),
    data: new Binary(encodeTick(packTicks([tick]))),
  };
}
