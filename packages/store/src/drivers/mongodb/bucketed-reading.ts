import type { Block, TimeRange } from '@ethogram/core';
import { mergeBlocks } from '../../blocks/merge-ticks.js';
import { sliceByTime } from '../../blocks/slice-block.js';
import { decodeChunk } from '../../chunk/chunk-codec.js';
import { decodeSlot, LONGEST_SLOT_MS, SLOT_MS, slotStart } from '../../chunk/slot-value.js';
import type { RecordingInfo } from '../../store.js';
import { EARLIEST_MS, LATEST_MS } from '../../validate-tick.js';
import type { ChunkDocument, Collections, TickDocument } from './documents.js';
import type { MongoSession } from './mongo-session.js';

/** Chunks fetched ahead; each is some tens of kilobytes. */
const CHUNKS_PER_BATCH = 16;
const CHUNK_FIELDS = { start: 1, last: 1, lengthMs: 1, data: 1 } as const;

/**
 * One host's part of a recording in ascending time, each tick once. Sealing moves ticks into a
 * chunk while this reads; since ticks are always fetched before the chunk that may have taken
 * them, one is found in at least one place, and taken once.
 */
export async function* readBucketedPart(
  session: MongoSession,
  part: RecordingInfo,
  range: TimeRange,
): AsyncGenerator<Block> {
  let from = range.from;
  for (;;) {
    const firstTick = await session.run(({ ticks }) =>
      ticks.findOne(
        { recording: part.name, host: part.host, ts: between(from, range.to) },
        { sort: { ts: 1 }, projection: { ts: 1 } },
      ),
    );
    const open = firstTick ? slotStart(firstTick.ts.getTime()) : range.to;
    for await (const chunk of chunksBefore(session, part, { from, to: Math.min(open, range.to) })) {
      if (firstTick && chunk.start.getTime() + chunk.lengthMs > open) break;
      yield* blocksIn(decodeSlot(chunk.data.value()), from, range.to);
      from = Math.max(from, chunk.last.getTime() + 1);
    }
    if (!firstTick) return;
    const piece = await session.run((collections) =>
      openPiece(collections, part, open, { from, to: range.to }),
    );
    yield* blocksIn(piece.blocks, from, range.to);
    from = Math.max(from, piece.until);
  }
}

/** Chunks with a tick at or after `from` whose slot starts before `to`. */
async function* chunksBefore(
  session: MongoSession,
  part: RecordingInfo,
  range: TimeRange,
): AsyncGenerator<ChunkDocument> {
  const cursor = await session.run(async ({ chunks }) =>
    chunks.find(
      {
        recording: part.name,
        host: part.host,
        last: { $gte: dateOf(range.from) },
        start: { $lt: dateOf(range.to) },
      },
      { sort: { last: 1 }, projection: CHUNK_FIELDS, batchSize: CHUNKS_PER_BATCH },
    ),
  );
  try {
    for (;;) {
      const chunk = await session.run(() => cursor.next());
      if (!chunk) return;
      yield chunk;
    }
  } finally {
    await cursor.close();
  }
}

/** The single ticks from a slot on, with the chunk that covers the slot, where there is one. */
async function openPiece(
  { ticks, chunks }: Collections,
  part: RecordingInfo,
  open: number,
  range: TimeRange,
): Promise<{ blocks: readonly Block[]; until: number }> {
  const { name: recording, host } = part;
  const ahead = Math.min(open + LONGEST_SLOT_MS, range.to);
  const found = await ticks
    .find({ recording, host, ts: between(range.from, ahead) }, { sort: { ts: 1 } })
    .toArray();
  const chunk = await chunks.findOne(
    {
      recording,
      host,
      last: { $gte: dateOf(range.from) },
      start: { $lt: dateOf(Math.min(open + SLOT_MS, range.to)) },
    },
    { sort: { last: 1 }, projection: CHUNK_FIELDS },
  );
  const end = chunk ? chunk.start.getTime() + chunk.lengthMs : open + SLOT_MS;
  const single = joinTicks(found.filter((tick) => tick.ts.getTime() < end));
  const held = chunk ? decodeSlot(chunk.data.value()) : [];
  const last = Math.max(
    chunk?.last.getTime() ?? range.from - 1,
    single.at(-1)?.ts.at(-1) ?? range.from - 1,
  );
  return { blocks: mergeBlocks([...held, ...single]), until: last + 1 };
}

function joinTicks(documents: readonly TickDocument[]): readonly Block[] {
  return mergeBlocks(documents.map((tick) => decodeChunk(tick.data.value())));
}

function* blocksIn(blocks: Iterable<Block>, from: number, to: number): Generator<Block> {
  for (const block of blocks) {
    const slice = sliceByTime(block, from, to);
    if (slice) yield slice;
  }
}

function between(from: number, to: number): { $gte: Date; $lt: Date } {
  return { $gte: dateOf(from), $lt: dateOf(to) };
}

/** Ranges may reach beyond what a database can name; ticks do not. */
function dateOf(ms: number): Date {
  return new Date(Math.min(Math.max(ms, EARLIEST_MS), LATEST_MS));
}
