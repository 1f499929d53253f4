import type { Block } from '@ethogram/core';
import type { Filter } from 'mongodb';
import { decodeSlot } from '../../chunk/slot-value.js';
import type { KeptSlot, Part, SlotKeeper } from '../../retention/retain.js';
import { chunkDocument, putChunk } from './bucketed-sealing.js';
import { type ChunkDocument, idOf } from './documents.js';
import { listParts } from './list-parts.js';
import type { MongoSession } from './mongo-session.js';

const HEAD = { data: 0, runs: 0 } as const;

/**
 * Chunks in ordinary collections, for retention. A chunk is replaced in one document, so that a
 * reader sees the one or the other; several are never put together.
 */
export class BucketedSlotKeeper implements SlotKeeper {
  readonly rewrites = true;
  readonly repacks = false;
  readonly #session: MongoSession;

  constructor(session: MongoSession) {
    this.#session = session;
  }

  parts(): Promise<readonly Part[]> {
    return listParts(this.#session);
  }

  async slots(part: Part): Promise<readonly KeptSlot[]> {
    const found = await this.#session.run(({ chunks }) =>
      chunks.find(filterOf(part), { projection: HEAD, sort: { start: 1 } }).toArray(),
    );
    return found.map(({ start, lengthMs, first, last, ticks, values, tierMs }) => ({
      start: start.getTime(),
      lengthMs,
      firstTs: first.getTime(),
      lastTs: last.getTime(),
      ticks,
      values,
      tierMs,
    }));
  }

  async load(part: Part, start: number): Promise<Iterable<Block>> {
    const chunk = await this.#find(part, start);
    return chunk ? decodeSlot(chunk.data.value()) : [];
  }

  async replaceSlots(
    part: Part,
    starts: readonly number[],
    slot: { readonly start: number; readonly lengthMs: number; readonly tierMs: number },
    blocks: AsyncIterable<Block>,
  ): Promise<void> {
    if (starts.length !== 1 || starts[0] !== slot.start) {
      throw new RangeError('chunks in MongoDB are replaced one by one');
    }
    const before = await this.#find(part, slot.start);
    if (!before) return;
    const described = { ...slot, recording: part.name, host: part.host };
    const whole: Block[] = [];
    for await (const block of blocks) whole.push(block);
    const chunk = await chunkDocument(described, whole, before.revision + 1);
    // What was merged away stays known, so that it is not stored again.
    const kept = { ...chunk, from: before.from, runs: before.runs };
    await this.#session.run((collections) => putChunk(collections, kept, before.revision));
  }

  async removeSlots(part: Part, starts: readonly number[]): Promise<void> {
    const _id = { $in: starts.map((start) => idOf(part.name, part.host, start)) };
    await this.#session.run(({ chunks }) => chunks.deleteMany({ _id }));
  }

  async usedBytes(): Promise<number> {
    const [sum] = await this.#session.run(({ chunks }) =>
      chunks
        .aggregate<{ bytes: number }>([
          { $group: { _id: null, bytes: { $sum: { $binarySize: '$data' } } } },
        ])
        .toArray(),
    );
    return sum?.bytes ?? 0;
  }

  #find(part: Part, start: number): Promise<ChunkDocument | null> {
    const _id = idOf(part.name, part.host, start);
    return this.#session.run(({ chunks }) => chunks.findOne({ _id }));
  }
}

function filterOf(part: Part): Filter<ChunkDocument> {
  return { recording: part.name, host: part.host };
}
