import type { Block } from '@ethogram/core';
import { Binary } from 'mongodb';
import { mergeBlocks } from '../../blocks/merge-ticks.js';
import { decodeChunk } from '../../chunk/chunk-codec.js';
import { decodeSlot, encodeSlot, SLOT_MS, slotHead } from '../../chunk/slot-value.js';
import { SeqRuns } from '../../seq-runs.js';
import { type ChunkDocument, type Collections, idOf, type RunDocument } from './documents.js';
import { isDuplicate } from './mongo-errors.js';

/** Documents end at 16 MB; what would come near stays in single ticks. */
const MOST_CHUNK_BYTES = 15 * 1024 * 1024;
/** Two who seal the same slot at once take turns; more tries than this mean something else. */
const MOST_TRIES = 20;

/**
 * Puts the single ticks of a slot into its chunk, then deletes them. Whoever is interrupted in
 * between leaves ticks that are in both places: readers take each once, and the next sealing
 * deletes them.
 */
export async function sealSlot(
  collections: Collections,
  recording: string,
  host: string,
  start: number,
): Promise<void> {
  for (let tried = 0; tried < MOST_TRIES; tried++) {
    const held = await coveringChunk(collections, recording, host, start);
    const from = held?.start.getTime() ?? start;
    const lengthMs = held?.lengthMs ?? SLOT_MS;
    const ticks = await collections.ticks
      .find({
        recording,
        host,
        ts: { $gte: new Date(from), $lt: new Date(from + lengthMs) },
      })
      .toArray();
    if (ticks.length === 0) return;
    const single = ticks.map((tick) => decodeChunk(tick.data.value()));
    const blocks = mergeBlocks([...(held ? decodeSlot(held.data.value()) : []), ...single]);
    const slot = { recording, host, start: from, lengthMs, tierMs: held?.tierMs ?? 0 };
    const chunk = await chunkDocument(slot, blocks, (held?.revision ?? 0) + 1);
    if (chunk.data.length() > MOST_CHUNK_BYTES) return;
    if (!(await putChunk(collections, chunk, held?.revision))) continue;
    await collections.ticks.deleteMany({ _id: { $in: ticks.map((tick) => tick._id) } });
    return;
  }
}

/** The chunk whose slot holds an instant. */
export async function coveringChunk(
  { chunks }: Collections,
  recording: string,
  host: string,
  instant: number,
): Promise<ChunkDocument | undefined> {
  const chunk = await chunks.findOne(
    { recording, host, start: { $lte: new Date(instant) } },
    { sort: { start: -1 } },
  );
  return chunk && chunk.start.getTime() + chunk.lengthMs > instant ? chunk : undefined;
}

/** Writes a chunk where nobody wrote one since; false where somebody did. */
export async function putChunk(
  { chunks }: Collections,
  chunk: ChunkDocument,
  expectedRevision: number | undefined,
): Promise<boolean> {
  if (expectedRevision === undefined) {
    try {
      await chunks.insertOne(chunk);
      return true;
    } catch (cause) {
      if (isDuplicate(cause)) return false;
      throw cause;
    }
  }
  const { _id, ...rest } = chunk;
  const result = await chunks.replaceOne({ _id, revision: expectedRevision }, rest);
  return result.matchedCount > 0;
}

/** Describes and encodes a slot. */
export async function chunkDocument(
  slot: {
    readonly recording: string;
    readonly host: string;
    readonly start: number;
    readonly lengthMs: number;
    readonly tierMs: number;
  },
  blocks: readonly Block[],
  revision: number,
): Promise<ChunkDocument> {
  const encoded = await encodeSlot(blocks, slot);
  const { firstTs, lastTs, ticks, values } = slotHead(encoded);
  const { recording, host, start, lengthMs, tierMs } = slot;
  return {
    _id: idOf(recording, host, start),
    recording,
    host,
    start: new Date(start),
    first: new Date(firstTs),
    last: new Date(lastTs),
    from: new Date(earliest(blocks)),
    lengthMs,
    ticks,
    values,
    lost: lostIn(blocks),
    tierMs,
    runs: runsOf(blocks),
    revision,
    data: new Binary(encoded),
  };
}

function earliest(blocks: readonly Block[]): number {
  let from = Number.POSITIVE_INFINITY;
  for (const block of blocks) {
    for (const [t, ts] of block.ts.entries()) {
      from = Math.min(from, ts - Math.round((block.intervalNs[t] as number) / 1e6));
    }
  }
  return from;
}

function lostIn(blocks: readonly Block[]): number {
  let lost = 0;
  for (const block of blocks) {
    for (const causes of block.lost.values()) {
      for (const count of Object.values(causes)) lost += count;
    }
  }
  return lost;
}

function runsOf(blocks: readonly Block[]): RunDocument[] {
  const byBoot = new Map<string, SeqRuns>();
  for (const block of blocks) {
    const runs = byBoot.get(block.boot) ?? new SeqRuns();
    byBoot.set(block.boot, runs);
    for (const seq of block.seq) runs.add(seq);
  }
  return [...byBoot].flatMap(([boot, runs]) =>
    runs.toJSON().map(([first, last]) => ({ boot, first, last })),
  );
}
