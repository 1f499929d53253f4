import type { TimeRange } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import type { Evaluation } from './options.js';

/**
 * Longest block of held-out time that is judged at once: two hours of a tick a second. In a block
 * of few ticks what lasts would count as an incident of its own in every block that it touches.
 */
const BLOCK_TICKS = 7_200;
/** Ticks times sources that are judged for one threshold, at most: each costs some 20 µs. */
const MOST_SOURCE_TICKS = 500_000;
/** Blocks that are cut at least where not all of held-out time is judged: early and late. */
const FEWEST_BLOCKS = 2;

/** A block of held-out time: what is read, and from when on incidents count. */
export interface HeldOutBlock {
  readonly range: TimeRange;
  readonly from: number;
}

/**
 * Cuts held-out time into equal blocks of 7,200 ticks at most, each with time before it in which
 * the views fill. Of what is more than can be judged in bounded time, every block is the end of an
 * equal part. The cut depends on the time and the sources alone, so that threads change no count.
 * @param warmUpMs length of that time; it never begins before the window does.
 * @param host what decides how much can be judged.
 */
export function heldOutBlocks(
  window: TimeRange,
  from: number,
  warmUpMs: number,
  host: { readonly sources: number; readonly intervalMs: number },
): readonly HeldOutBlock[] {
  const length = window.to - from;
  const most = (MOST_SOURCE_TICKS / Math.max(1, host.sources)) * host.intervalMs;
  const parts = Math.max(1, Math.ceil(length / (BLOCK_TICKS * host.intervalMs)));
  // Short blocks would be warm-up for the most part.
  const bounded = Math.max(FEWEST_BLOCKS, Math.floor(most / (2 * warmUpMs)));
  const count = length <= most ? parts : bounded;
  const share = Math.min(1, most / length);
  const edge = (i: number): number => from + (length * i) / count;
  return Array.from({ length: count }, (_, i) => {
    const begin = Math.round(edge(i + 1) - (share * length) / count);
    return {
      range: { from: Math.max(window.from, begin - warmUpMs), to: Math.round(edge(i + 1)) },
      from: begin,
    };
  });
}

/** The length of all blocks that counts, hours. */
export function judgedHours(blocks: readonly HeldOutBlock[]): number {
  return blocks.reduce((sum, { range, from }) => sum + (range.to - from), 0) / 3_600_000;
}

/** Judges a model on all blocks: incidents and hours of all of them. */
export async function evaluateBlocks(
  model: Model,
  blocks: readonly HeldOutBlock[],
  judge: (model: Model, block: HeldOutBlock) => Promise<Evaluation>,
  atOnce: number,
): Promise<Evaluation> {
  const queue = blocks.values();
  let incidents = 0;
  let hours = 0;
  const judged = new Map<HeldOutBlock, number>();
  const lane = async (): Promise<void> => {
    for (const block of queue) {
      const found = await judge(model, block);
      incidents += found.incidents;
      judged.set(block, found.hours);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, atOnce) }, lane));
  // Summed in their order: the last bit of a sum depends on it.
  for (const block of blocks) hours += judged.get(block) ?? 0;
  return { incidents, hours };
}
