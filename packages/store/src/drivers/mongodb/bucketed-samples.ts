import { type Block, packTicks, type Tick, type TimeRange } from '@ethogram/core';
import { Binary } from 'mongodb';
import { readQuery } from '../../blocks/read-query.js';
import { encodeTick } from '../../chunk/chunk-codec.js';
import { slotStart } from '../../chunk/slot-value.js';
import { compareRecordings } from '../../recording-state.js';
import type { AppendResult, ReadQuery, RecordingInfo, SampleStore } from '../../store.js';
import { readBucketedPart } from './bucketed-reading.js';
import { listBucketedRecordings } from './bucketed-recordings.js';
import { sealSlot } from './bucketed-sealing.js';
import { idOf, type TickDocument } from './documents.js';
import { insertOnce } from './insert-once.js';
import type { MongoSession } from './mongo-session.js';
import type { PartState } from './part-state.js';
import { PartStates } from './part-states.js';

const TICKS_PER_INSERT = 256;

/**
 * Samples in ordinary collections: a document per tick at first, a document per host and slot
 * once the slot has passed. The `_id` of a tick is its identity, so that sending it again after
 * an unknown outcome stores nothing twice.
 */
export class BucketedSamples implements SampleStore {
  readonly #session: MongoSession;
  readonly #states: PartStates;

  constructor(session: MongoSession) {
    this.#session = session;
    this.#states = new PartStates(session);
  }

  append(recording: string, ticks: readonly Tick[]): Promise<AppendResult> {
    return this.#states.append(recording, ticks, {
      batch: TICKS_PER_INSERT,
      put: (collections, _, fresh) =>
        insertOnce(
          collections.ticks,
          fresh.map((tick) => tickDocument(recording, tick)),
        ),
      after: (state, batch) => this.#sealPassed(state, batch.at(-1)?.ts ?? 0),
    });
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
    this.#states.forget(recording);
    return this.#session.run(async ({ recordings, ticks, chunks }) => {
      await ticks.deleteMany({ recording });
      await chunks.deleteMany({ recording });
      const { deletedCount } = await recordings.deleteMany({ recording });
      return deletedCount > 0;
    });
  }

  /** Seals the slots before the newest one, once per slot. */
  async #sealPassed(state: PartState, ts: number): Promise<void> {
    const { recording, host } = state;
    const newest = slotStart(ts);
    if (state.openSlot === newest) return;
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
