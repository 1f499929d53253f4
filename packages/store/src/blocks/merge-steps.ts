import { type Block, type Tick, unpackTicks } from '@ethogram/core';
import { slotStart } from '../chunk/slot-value.js';
import { mergeIntervals } from '../retention/merge-interval.js';
import { packRuns } from './merge-ticks.js';
import { lowerBound, sliceBlock } from './slice-block.js';

/** Merged ticks and values handed out together, whichever comes first. */
const TICKS_PER_BLOCK = 60;
const VALUES_PER_BLOCK = 100_000;

/**
 * Merges the ticks of one host into longer ones while they stream by, as retention does.
 * @param blocks ascending in time, no tick twice. Holds the ticks of one interval, and the merged
 * ones of a block.
 */
export async function* mergeSteps(
  blocks: AsyncIterable<Block>,
  stepMs: number,
): AsyncGenerator<Block> {
  let open: Tick[] = [];
  let merged: Tick[] = [];
  let values = 0;
  const close = (): void => {
    for (const tick of mergeIntervals(open, stepMs)) {
      merged.push(tick);
      for (const sample of tick.samples) values += sample.values.size;
    }
    open = [];
  };
  for await (const block of blocks) {
    for (let at = 0; at < block.ts.length; ) {
      const start = slotStart(block.ts[at] as number, stepMs);
      const end = lowerBound(block.ts, start + stepMs);
      if (open[0] && slotStart(open[0].ts, stepMs) !== start) close();
      for (const tick of unpackTicks(sliceBlock(block, at, end))) open.push(tick);
      at = end;
      if (merged.length < TICKS_PER_BLOCK && values < VALUES_PER_BLOCK) continue;
      yield* packRuns(merged);
      merged = [];
      values = 0;
    }
  }
  close();
  yield* packRuns(merged);
}
