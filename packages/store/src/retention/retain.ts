import { type Block, unpackTicks } from '@ethogram/core';
import { BlockJoiner } from '../blocks/join-blocks.js';
import { mergeTicks, packRuns } from '../blocks/merge-ticks.js';
import { LONGEST_SLOT_MS, type SlotHead, slotStart } from '../chunk/slot-value.js';
import type { Pin, RecordingInfo, RetentionPolicy, RetentionReport } from '../store.js';
import { mergeIntervals } from './merge-interval.js';

/** A chunk as retention sees it. */
export interface KeptSlot extends SlotHead {
  readonly start: number;
}

/** A part of a recording: what one host did. */
export type Part = Pick<RecordingInfo, 'name' | 'host'>;

/** What retention needs of a driver; every call is complete or has not happened. */
export interface SlotKeeper {
  /** Whether chunks can be changed; where they cannot, ticks stay as recorded until they are too old. */
  readonly rewrites: boolean;
  /** Whether several chunks can be replaced by one at once. */
  readonly repacks: boolean;
  parts(): Promise<readonly Part[]>;
  /** Chunks ascending in time. */
  slots(part: Part): Promise<readonly KeptSlot[]>;
  /** The blocks of a chunk, ascending in time. */
  load(part: Part, start: number): Promise<Iterable<Block>>;
  /**
   * Puts one chunk in the place of those that start at the given instants.
   * @param blocks can be taken once, one after the other
   */
  replaceSlots(
    part: Part,
    starts: readonly number[],
    slot: { readonly start: number; readonly lengthMs: number; readonly tierMs: number },
    blocks: AsyncIterable<Block>,
  ): Promise<void>;
  removeSlots(part: Part, starts: readonly number[]): Promise<void>;
  usedBytes(): Promise<number>;
}

/** Chunks that are at least this old are put together into longer ones. */
const REPACK_AFTER_MS = 600_000;
/** Chunks deleted between two looks at the size. */
const SLOTS_PER_DELETION = 60;

/** Runs a retention policy over a driver's chunks. Ticks that are not sealed yet are never touched. */
export async function retain(
  keeper: SlotKeeper,
  policy: RetentionPolicy,
  context: { readonly nowMs: number; readonly pins: readonly Pin[]; readonly signal?: AbortSignal },
): Promise<RetentionReport> {
  const { nowMs, pins, signal } = context;
  const parts = (await keeper.parts()).filter(
    (part) => policy.recording === undefined || part.name === policy.recording,
  );
  let deletedTicks = 0;
  let mergedTicks = 0;
  let repackedChunks = 0;
  for (const part of parts) {
    const oldest = nowMs - (policy.maxAgeMs ?? Number.POSITIVE_INFINITY);
    const slots = await keeper.slots(part);
    const old = slots.filter(
      (slot) => slot.lastTs < oldest && pinned(slot, part, pins) === undefined,
    );
    if (old.length > 0) {
      await keeper.removeSlots(
        part,
        old.map((slot) => slot.start),
      );
      deletedTicks += ticksIn(old);
    }
    const rest = slots.filter((slot) => keeper.rewrites && !old.includes(slot));
    for (const group of groupsOf(rest, keeper.repacks, nowMs)) {
      signal?.throwIfAborted();
      const change = await settle(keeper, part, group, { policy, pins, nowMs });
      mergedTicks += change.merged;
      repackedChunks += change.repacked;
    }
  }
  if (policy.maxBytes !== undefined && keeper.rewrites) {
    deletedTicks += await shrink(keeper, parts, { maxBytes: policy.maxBytes, pins, signal });
  }
  const usedBytes = await keeper.usedBytes();
  const overBudget = policy.maxBytes !== undefined && usedBytes > policy.maxBytes;
  return { deletedTicks, mergedTicks, repackedChunks, usedBytes, overBudget };
}

/** Chunks that become one: those of the same ten minutes once these have long passed, else each alone. */
function groupsOf(slots: readonly KeptSlot[], repacks: boolean, nowMs: number): KeptSlot[][] {
  const groups = new Map<string, KeptSlot[]>();
  for (const slot of slots) {
    const start = slotStart(slot.start, LONGEST_SLOT_MS);
    const together = repacks && start + LONGEST_SLOT_MS + REPACK_AFTER_MS <= nowMs;
    const key = together ? `${start}` : `${start}/${slot.start}`;
    groups.set(key, [...(groups.get(key) ?? []), slot]);
  }
  return [...groups.values()];
}

/** Merges the ticks of chunks and re-packs them, where that is due. */
async function settle(
  keeper: SlotKeeper,
  part: Part,
  group: readonly KeptSlot[],
  due: { readonly policy: RetentionPolicy; readonly pins: readonly Pin[]; readonly nowMs: number },
): Promise<{ merged: number; repacked: number }> {
  const first = group[0] as KeptSlot;
  const tiers = group.map((slot) => tierFor(slot, part, due));
  const coarser = group.some((slot, i) => (tiers[i] as number) > slot.tierMs);
  if (!coarser && group.length === 1) return { merged: 0, repacked: 0 };
  const long = group.length > 1;
  const slot = {
    start: long ? slotStart(first.start, LONGEST_SLOT_MS) : first.start,
    lengthMs: long ? LONGEST_SLOT_MS : first.lengthMs,
    tierMs: Math.min(...tiers),
  };
  let after = 0;
  const counted = async function* (): AsyncGenerator<Block> {
    for await (const block of settled(keeper, part, group, tiers)) {
      after += block.seq.length;
      yield block;
    }
  };
  const starts = group.map((s) => s.start);
  await keeper.replaceSlots(part, starts, slot, counted());
  return { merged: ticksIn(group) - after, repacked: long ? group.length : 0 };
}

/** The blocks of chunks that follow each other, merged where that is due, joined; one chunk is held. */
async function* settled(
  keeper: SlotKeeper,
  part: Part,
  group: readonly KeptSlot[],
  tiers: readonly number[],
): AsyncGenerator<Block> {
  const joiner = new BlockJoiner();
  for (const [i, slot] of group.entries()) {
    const held = await keeper.load(part, slot.start);
    const tierMs = tiers[i] as number;
    const kept =
      tierMs > slot.tierMs
        ? packRuns(mergeIntervals(mergeTicks(...Array.from(held, unpackTicks)), tierMs))
        : held;
    for (const block of kept) {
      const done = joiner.add(block);
      if (done) yield done;
    }
  }
  const rest = joiner.end();
  if (rest) yield rest;
}

/** The interval that a chunk's ticks should have by its age, as far as pins allow. */
function tierFor(
  slot: KeptSlot,
  part: Part,
  due: { readonly policy: RetentionPolicy; readonly pins: readonly Pin[]; readonly nowMs: number },
): number {
  const wanted = (due.policy.tiers ?? [])
    .filter((tier) => slot.lastTs < due.nowMs - tier.olderThanMs)
    .reduce((coarsest, tier) => Math.max(coarsest, tier.intervalMs), 0);
  const allowed = pinned(slot, part, due.pins) ?? Number.POSITIVE_INFINITY;
  return Math.max(slot.tierMs, Math.min(wanted, allowed));
}

/** The finest interval that a pin on a chunk asks for; `undefined` where none is on it. */
function pinned(slot: KeptSlot, part: Part, pins: readonly Pin[]): number | undefined {
  const tiers = pins
    .filter((pin) => pin.host === part.host)
    .filter((pin) => pin.range.from <= slot.lastTs && pin.range.to > slot.firstTs)
    .map((pin) => pin.tierMs);
  return tiers.length > 0 ? Math.min(...tiers) : undefined;
}

/** Deletes the oldest chunks that no pin keeps until the store is small enough. */
async function shrink(
  keeper: SlotKeeper,
  parts: readonly Part[],
  limits: {
    readonly maxBytes: number;
    readonly pins: readonly Pin[];
    readonly signal?: AbortSignal | undefined;
  },
): Promise<number> {
  if ((await keeper.usedBytes()) <= limits.maxBytes) return 0;
  const all: { part: Part; slot: KeptSlot }[] = [];
  for (const part of parts) {
    for (const slot of await keeper.slots(part)) {
      if (pinned(slot, part, limits.pins) === undefined) all.push({ part, slot });
    }
  }
  all.sort((a, b) => a.slot.lastTs - b.slot.lastTs);
  let deleted = 0;
  // The share that must go, from the sizes so far; then looked at again.
  for (let at = 0; at < all.length; ) {
    limits.signal?.throwIfAborted();
    const used = await keeper.usedBytes();
    if (used <= limits.maxBytes) break;
    const share = Math.ceil(((used - limits.maxBytes) / used) * (all.length - at));
    const count = Math.min(SLOTS_PER_DELETION, Math.max(1, share));
    const batch = all.slice(at, at + count);
    for (const part of new Set(batch.map((entry) => entry.part))) {
      const slots = batch.filter((entry) => entry.part === part).map((entry) => entry.slot);
      await keeper.removeSlots(
        part,
        slots.map((slot) => slot.start),
      );
      deleted += ticksIn(slots);
    }
    at += count;
  }
  return deleted;
}

function ticksIn(slots: readonly KeptSlot[]): number {
  return slots.reduce((sum, slot) => sum + slot.ticks, 0);
}
