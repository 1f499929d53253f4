import type { Block } from '@ethogram/core';
import { storeErrors } from '../errors.js';
import { ByteReader, ByteWriter } from './bytes.js';
import { decodeChunk, encodeChunk } from './chunk-codec.js';

/** Length of the slot into which ticks are sealed, and of its chunk, before retention re-packs it. */
export const SLOT_MS = 60_000;
/** The longest slot that retention makes; bounds how far back a reader must look. */
export const LONGEST_SLOT_MS = 600_000;

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
  for (const chunk of chunks) head.raw(chunk);
  return head.view().slice();
}

/**
 * Reads the head of an encoded slot.
 * @throws STORE-1005 on damaged bytes.
 */
export function slotHead(bytes: Uint8Array): SlotHead {
  return damaged(() => readHead(new ByteReader(bytes)));
}

/**
 * Decodes a slot, blocks ascending in time.
 * @throws STORE-1005 on damaged bytes.
 */
export function decodeSlot(bytes: Uint8Array): Block[] {
  const chunks = damaged(() => {
    const reader = new ByteReader(bytes);
    readHead(reader);
    const lengths = Array.from({ length: Math.min(reader.varint(), bytes.length) }, () =>
      reader.varint(),
    );
    const views = lengths.map((length) => reader.raw(length));
    reader.end();
    return views;
  });
  return chunks.map(decodeChunk);
}

function readHead(reader: ByteReader): SlotHead {
  return {
    lengthMs: reader.varint(),
    firstTs: reader.signed(),
    lastTs: reader.signed(),
    ticks: reader.varint(),
    values: reader.varint(),
    tierMs: reader.varint(),
  };
}

function damaged<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw storeErrors.make('STORE-1005', `the head of a chunk is damaged: ${found}`, { cause });
  }
}
