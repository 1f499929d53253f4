import { type TimeRange, type Window, windowHolds } from '@ethogram/core';
import type { ReadBlocks } from './read-blocks.js';
import type { Stretch } from './stretch.js';
import { StretchGatherer } from './stretch-gatherer.js';

/** A stretch to be read. */
export interface StretchTask {
  readonly window: Window;
  /** The part of the window that the stretch is. */
  readonly range: TimeRange;
  readonly rowTicks: number;
}

/** Reads one stretch of the window. */
export async function readStretch(
  read: ReadBlocks,
  { window, range, rowTicks }: StretchTask,
): Promise<Stretch> {
  const gatherer = new StretchGatherer(rowTicks);
  for await (const block of read(range)) {
    for (const [t, ts] of block.ts.entries()) {
      if (ts >= range.from && ts < range.to && windowHolds(window, ts)) gatherer.visit(block, t);
    }
  }
  return gatherer.result();
}
