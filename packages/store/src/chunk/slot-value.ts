import { crc32 } from 'node:zlib';
import type { Block } from '@ethogram/core';
import { MOST_JOINED_VALUES } from '../blocks/join-blocks.js';
import { splitBlock } from '../blocks/slice-block.js';
import { storeErrors } from '../errors.js';
import { ByteReader, ByteWriter } from './bytes.js';
import { decodeChunk, encodeChunk } from './chunk-codec.js';

/** Length of the slot into which ticks are sealed, and of its chunk, before retention re-packs it. */
export const SLOT_MS = 60_000;
/** The longest slot that retention makes; bounds how far back a reader must look. */
export const LONGEST_SLOT_MS = 600_000;

const CHECKSUM_BYTES = 4;
/** A larger block becomes several frames: {@link MOST_JOINED_VALUES} and their ticks. */
const MOST_FRAME_BYTES = MOST_JOINED_VALUES * 12 + 100_000;

/** What is known of a slot's chunk without decoding its blocks. */
export interface SlotHead {
  /** Length of the slot from its start, milliseconds. */
  readonly lengthMs: number;
  /** The first and the last tick in it, milliseconds UTC. */
  readonly firstTs: number;
  readonly lastTs: number;
  readonly ticks: number;
  /** Values in it, zeros of gauges included. */
  readonly values: number;
  /** Shortest interval that retention left: 0 for ticks as they were recorded. */
  readonly tierMs: number;
}

/** The start of the slot that holds an instant. */
export function slotStart(ts: number, lengthMs = SLOT_MS): number {
  return Math.floor(ts / lengthMs) * lengthMs;
}

/**
 * Encodes what one host did in one slot: a frame for each block, taken one after the other, so
 * that only one is held.
 */
export async function encodeSlot(
  blocks: Iterable<Block> | AsyncIterable<Block>,
  slot: { readonly lengthMs: number; readonly tierMs: number },
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let firstTs: number | undefined;
  let lastTs = 0;
  let ticks = 0;
  let values = 0;
  for await (const whole of blocks) {
    for (const block of splitBlock(whole, MOST_FRAME_BYTES)) {
      chunks.push(await encodeChunk(block));
      firstTs ??= block.ts[0];
      lastTs = block.ts.at(-1) ?? lastTs;
      ticks += block.seq.length;
      values += block.values.length;
    }
  }
  const head = new ByteWriter();
  head.varint(slot.lengthMs);
  head.signed(firstTs ?? 0);
  head.signed(lastTs);
  head.varint(ticks);
  head.varint(values);
  head.varint(slot.tierMs);
  head.varint(chunks.length);
  for (const chunk of chunks) head.varint(chunk.length);
  const checksum = new Uint8Array(CHECKSUM_BYTES);
  new DataView(checksum.buffer).setUint32(0, crc32(head.view()), true);
  head.raw(checksum);
  return Buffer.concat([head.view(), ...chunks]);
}

/**
 * Reads the head of an encoded slot.
 * @throws STORE-1005 on damaged bytes.
 */
export function slotHead(bytes: Uint8Array): SlotHead {
  return damaged(() => readHead(bytes).head);
}

/**
 * Decodes a slot, blocks ascending in time, each when its turn comes.
 * @throws STORE-1005 on damaged bytes.
 */
export function* decodeSlot(bytes: Uint8Array): Generator<Block, void, undefined> {
  const chunks = damaged(() => {
    const { lengths, headBytes } = readHead(bytes);
    const reader = new ByteReader(bytes.subarray(headBytes));
    const views = lengths.map((length) => reader.raw(length));
    reader.end();
    return views;
  });
  for (const chunk of chunks) yield decodeChunk(chunk);
}

interface WholeHead {
  readonly head: SlotHead;
  /** Length of each encoded block. */
  readonly lengths: readonly number[];
  /** Where the first block begins. */
  readonly headBytes: number;
}

function readHead(bytes: Uint8Array): WholeHead {
  const reader = new ByteReader(bytes);
  const head = {
    lengthMs: reader.varint(),
    firstTs: reader.signed(),
    lastTs: reader.signed(),
    ticks: reader.varint(),
    values: reader.varint(),
    tierMs: reader.varint(),
  };
  const count = reader.varint();
  if (count > reader.remaining)
    throw new RangeError('more blocks are announced than there are bytes');
  const lengths = Array.from({ length: count }, () => reader.varint());
  const covered = bytes.length - reader.remaining;
  const checksum = reader.raw(CHECKSUM_BYTES);
  const view = new DataView(checksum.buffer, checksum.byteOffset);
  if (crc32(bytes.subarray(0, covered)) !== view.getUint32(0, true)) {
    throw new RangeError('the checksum does not agree');
  }
  return { head, lengths, headBytes: covered + CHECKSUM_BYTES };
}

function damaged<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw storeErrors.make('STORE-1005', `the head of a chunk is damaged: ${found}`, { cause });
  }
}
