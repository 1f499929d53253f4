import type { TimeRange } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import type { Evaluation } from './options.js';

/** Longest block of held-out time that is judged at once. */
const BLOCK_MS = 2 * 3_600_000;

/** A block of held-out time: what is read, and from when on incidents count. */
export interface HeldOutBlock {
  readonly range: TimeRange;
  readonly from: number;
}

/**
 * Cuts held-out time into equal blocks of two hours at most, each with time before it in which
 * the views fill. The cut depends on the time alone, so that threads change no count.
 * @param warmUpMs length of that time; it never begins before the window does.
 */
export function heldOutBlocks(
  window: TimeRange,
  from: number,
  warmUpMs: number,
): readonly HeldOutBlock[] {
  const count = Math.max(1, Math.ceil((window.to - from) / BLOCK_MS));
  const edge = (i: number): number => Math.round(from + ((window.to - from) * i) / count);
  return Array.from({ length: count }, (_, i) => ({
    range: { from: Math.max(window.from, edge(i) - warmUpMs), to: edge(i + 1) },
    from: edge(i),
  }));
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
