import { crc32 } from 'node:zlib';
import type { Block } from '@ethogram/core';
import { storeErrors } from '../errors.js';
import { ByteReader, ByteWriter } from './bytes.js';
import { decodeChunk, encodeChunk } from './chunk-codec.js';

/** Length of the slot into which ticks are sealed, and of its chunk, before retention re-packs it. */
export const SLOT_MS = 60_000;
/** The longest slot that retention makes; bounds how far back a reader must look. */
export const LONGEST_SLOT_MS = 600_000;

const CHECKSUM_BYTES = 4;

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

/** Encodes what one host did in one slot: usually one block, more where it booted in between. */
export async function encodeSlot(
  blocks: readonly Block[],
  slot: { readonly lengthMs: number; readonly tierMs: number },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (const block of blocks) chunks.push(await encodeChunk(block));
  const head = new ByteWriter();
  const sum = (count: (block: Block) => number): number =>
    blocks.reduce((total, block) => total + count(block), 0);
  head.varint(slot.lengthMs);
  head.signed(blocks[0]?.ts[0] ?? 0);
  head.signed(blocks.at(-1)?.ts.at(-1) ?? 0);
  head.varint(sum((block) => block.seq.length));
  head.varint(sum((block) => block.values.length));
  head.varint(slot.tierMs);
  head.varint(chunks.length);
  for (const chunk of chunks) head.varint(chunk.length);
  const checksum = new Uint8Array(CHECKSUM_BYTES);
  new DataView(checksum.buffer).setUint32(0, crc32(head.view()), true);
  head.raw(checksum);
  for (const chunk of chunks) head.raw(chunk);
  return head.view().slice();
}

/**
 * Reads the head of an encoded slot.
 * @throws STORE-1005 on damaged bytes.
 */
export function slotHead(bytes: Uint8Array): SlotHead {
  return damaged(() => readHead(bytes).head);
}

/**
 * Decodes a slot, blocks ascending in time.
 * @throws STORE-1005 on damaged bytes.
 */
export function decodeSlot(bytes: Uint8Array): Block[] {
  const chunks = damaged(() => {
    const { lengths, headBytes } = readHead(bytes);
    const reader = new ByteReader(bytes.subarray(headBytes));
    const views = lengths.map((length) => reader.raw(length));
    reader.end();
    return views;
  });
  return chunks.map(decodeChunk);
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
