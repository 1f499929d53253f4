import {
  type Block,
  packTicks,
  sameBlock,
  type Tick,
  tickIdentity,
  unpackTicks,
} from '@ethogram/core';
import { BlockJoiner } from './join-blocks.js';

/** Orders ticks by end, then boot, then sequence number: the order in which stores hand them out. */
export function compareTicks(a: Tick, b: Tick): number {
  return a.ts - b.ts || (a.boot < b.boot ? -1 : a.boot > b.boot ? 1 : a.seq - b.seq);
}

/** Ticks in order, each identity once (the first that was given). */
export function mergeTicks(...lists: readonly (readonly Tick[])[]): Tick[] {
  const seen = new Set<string>();
  const merged: Tick[] = [];
  for (const tick of lists.flat()) {
    const identity = tickIdentity(tick);
    if (seen.has(identity)) continue;
    seen.add(identity);
    merged.push(tick);
  }
  return merged.sort(compareTicks);
}

/** Consecutive ticks of one host, boot and backend as a block each. */
export function packRuns(ticks: readonly Tick[]): Block[] {
  const blocks: Block[] = [];
  let run: Tick[] = [];
  for (const tick of ticks) {
    if (run[0] && !sameBlock(run[0], tick)) {
      blocks.push(packTicks(run));
      run = [];
    }
    run.push(tick);
  }
  if (run.length > 0) blocks.push(packTicks(run));
  return blocks;
}

/**
 * Blocks that may overlap in time as blocks that do not, as few as can be, each tick once. One
 * block is handed back as it is, so that the usual case costs nothing.
 * @param mostValues what blocks are joined up to
 */
export function mergeBlocks(
  blocks: readonly Block[],
  mostValues = Number.POSITIVE_INFINITY,
): readonly Block[] {
  if (blocks.length < 2) return blocks;
  const ordered = [...blocks].sort((a, b) => (a.ts[0] as number) - (b.ts[0] as number));
  return joinInOrder(ordered, mostValues) ?? packRuns(mergeTicks(...ordered.map(unpackTicks)));
}

/**
 * Joins blocks one by one, as far as each begins after the one before has ended.
 * @returns `undefined` where one does not
 */
export function joinInOrder(
  blocks: Iterable<Block>,
  mostValues: number,
): readonly Block[] | undefined {
  const joiner = new BlockJoiner(mostValues);
  const joined: Block[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const block of blocks) {
    if ((block.ts[0] as number) <= last) return undefined;
    last = block.ts.at(-1) as number;
    const done = joiner.add(block);
    if (done) joined.push(done);
  }
  const rest = joiner.end();
  return rest ? [...joined, rest] : joined;
}
