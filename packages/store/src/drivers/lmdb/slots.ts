import type { Block, TimeRange } from '@ethogram/core';
import type { RootDatabase } from 'lmdb';
import { MOST_JOINED_VALUES } from '../../blocks/join-blocks.js';
import { joinInOrder, mergeBlocks } from '../../blocks/merge-ticks.js';
import { decodeChunk } from '../../chunk/chunk-codec.js';
import {
  LONGEST_SLOT_MS,
  SLOT_MS,
  type SlotHead,
  slotHead,
  slotStart,
} from '../../chunk/slot-value.js';
import { between, keys } from './keys.js';

type Db = RootDatabase<Buffer>;

/** What a reader takes out of the store at once: a chunk, or single ticks, or both. */
export interface Piece {
  readonly chunk: Buffer | undefined;
  readonly ticks: readonly Buffer[];
  /** No tick of this piece lies at or after this instant, as far as is known already. */
  readonly until: number;
}

/** A chunk in the store, its blocks not decoded. */
export interface StoredSlot extends SlotHead {
  readonly start: number;
}

/**
 * The earliest chunk or slot of single ticks with a tick in the range; a chunk comes together
 * with the late ticks that belong to it. Runs within one snapshot.
 */
export function nextPiece(
  db: Db,
  recording: string,
  host: string,
  range: TimeRange,
): Piece | undefined {
  const tickTs = firstTick(db, recording, host, range);
  const slot = firstSlot(db, recording, host, range);
  if (slot && (tickTs === undefined || tickTs >= slot.start + slot.lengthMs)) {
    return { chunk: chunkOf(db, recording, host, slot.start), ticks: [], until: slot.lastTs + 1 };
  }
  if (tickTs === undefined) return undefined;
  const start = slotStart(tickTs);
  if (slot && slot.start < start + SLOT_MS) {
    const end = slot.start + slot.lengthMs;
    const ticks = ticksIn(db, recording, host, range.from, Math.min(end, range.to));
    const chunk = chunkOf(db, recording, host, slot.start);
    return { chunk, ticks: ticks.map((tick) => tick.bytes), until: slot.lastTs + 1 };
  }
  const ticks = ticksIn(db, recording, host, range.from, Math.min(start + SLOT_MS, range.to));
  return { chunk: undefined, ticks: ticks.map((tick) => tick.bytes), until: range.from };
}

/** The chunk that covers an instant. */
export function slotAt(
  db: Db,
  recording: string,
  host: string,
  ts: number,
): StoredSlot | undefined {
  const options = {
    start: keys.chunk(recording, host, ts),
    end: keys.chunk(recording, host, ts - LONGEST_SLOT_MS),
    reverse: true,
    limit: 1,
  };
  for (const key of db.getKeys(options)) {
    const slot = readSlot(db, key as SlotKey);
    if (slot && slot.start + slot.lengthMs > ts) return slot;
  }
  return undefined;
}

/** Whether neither a chunk nor single ticks lie in a range. */
export function isEmpty(db: Db, recording: string, host: string, range: TimeRange): boolean {
  const { from, to } = range;
  for (const letter of ['c', 't']) {
    const options = { ...between(letter, [recording, host], from, to), limit: 1 };
    for (const _ of db.getKeys(options)) return false;
  }
  return slotAt(db, recording, host, from) === undefined;
}

/** The keys and bytes of the single ticks in `[from, to)`. */
export function ticksIn(
  db: Db,
  recording: string,
  host: string,
  from: number,
  to: number,
): { key: TickKey; bytes: Buffer }[] {
  return [...db.getKeys(between('t', [recording, host], from, to))].flatMap((key) => {
    const bytes = db.getBinary(key);
    return bytes ? [{ key: key as TickKey, bytes }] : [];
  });
}

/** Heads of all chunks of a part, ascending. */
export function* slotsOf(db: Db, recording: string, host: string): Generator<StoredSlot> {
  for (const key of [...db.getKeys(between('c', [recording, host]))]) {
    const slot = readSlot(db, key as SlotKey);
    if (slot) yield slot;
  }
}

/** The bytes of the chunk that starts at an instant. */
export function chunkOf(
  db: Db,
  recording: string,
  host: string,
  start: number,
): Buffer | undefined {
  return db.getBinary(keys.chunk(recording, host, start));
}

/** Single ticks, encoded each for itself, as blocks in order, each decoded when its turn comes. */
export function joinTicks(encoded: readonly Uint8Array[]): readonly Block[] {
  return (
    joinInOrder(decodeEach(encoded), MOST_JOINED_VALUES) ?? mergeBlocks(encoded.map(decodeChunk))
  );
}

function* decodeEach(encoded: readonly Uint8Array[]): Generator<Block> {
  for (const bytes of encoded) yield decodeChunk(bytes);
}

type SlotKey = [letter: string, recording: string, host: string, start: number];
/** The key of a single tick. */
export type TickKey = [
  letter: string,
  recording: string,
  host: string,
  ts: number,
  boot: string,
  seq: number,
];

function firstTick(db: Db, recording: string, host: string, range: TimeRange): number | undefined {
  const options = { ...between('t', [recording, host], range.from, range.to), limit: 1 };
  for (const key of db.getKeys(options)) return (key as TickKey)[3];
  return undefined;
}

function firstSlot(
  db: Db,
  recording: string,
  host: string,
  range: TimeRange,
): StoredSlot | undefined {
  const from = Math.max(range.from - LONGEST_SLOT_MS, Number.MIN_SAFE_INTEGER);
  for (const key of db.getKeys(between('c', [recording, host], from, range.to))) {
    const slot = readSlot(db, key as SlotKey);
    if (slot && slot.lastTs >= range.from) return slot;
  }
  return undefined;
}

function readSlot(db: Db, key: SlotKey): StoredSlot | undefined {
  const bytes = db.getBinaryFast(key);
  return bytes ? { start: key[3], ...slotHead(bytes) } : undefined;
}
