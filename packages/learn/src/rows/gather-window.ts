import type { Block, TimeRange, Window } from '@ethogram/core';
import { windowHolds } from '@ethogram/core';
import { planRegime, type RegimePlan } from '../regime.js';
import { RowStore } from './row-store.js';
import { StretchGatherer } from './stretch-gatherer.js';
import type { Survey } from './survey.js';
import { WindowMerger } from './window-merger.js';

/** Starts reading the window anew, or the part of it that a range names. */
export type ReadBlocks = (range?: TimeRange) => AsyncIterable<Block>;

/** The window after it was read. */
export interface GatheredWindow {
  readonly survey: Survey;
  readonly plan: RegimePlan;
  readonly rows: RowStore;
  /** Per source of the survey its index in the store of rows. */
  readonly indices: readonly number[];
}

const HOUR_MS = 3_600_000;
/** Ticks of a stretch of data that are slower than a second. */
const STRETCH_TICKS = 3600;

/**
 * Reads the window once: its survey, and its ticks summed into the rows of its regime. Rows are
 * counted from the start of every stretch of an hour, whoever reads it, so that stretches may be
 * read at once and still give the same bytes. Where the first tick and the length of the window
 * let expect another regime than it turns out to be, the window is read once more.
 * @throws LEARN-1003, LEARN-1004, LEARN-1005; the signal's reason when aborted.
 */
export async function gatherWindow(
  read: ReadBlocks,
  window: Window,
  signal: AbortSignal | undefined,
  onProgress: (done: number) => void = () => {},
): Promise<GatheredWindow> {
  let rowTicks = await expectedRowTicks(read(), window);
  for (;;) {
    const rows = new RowStore();
    const merger = new WindowMerger(rows, rowTicks);
    await gatherInto(merger, read(), window, rowTicks, signal, onProgress);
    const { survey, indices } = merger.result();
    const plan = planOf(survey);
    if (plan.timing.rowTicks === rowTicks) return { survey, plan, rows, indices };
    rows.close();
    rowTicks = plan.timing.rowTicks;
  }
}

function planOf(survey: Survey): RegimePlan {
  const table = survey.sources.every(({ kind }) => kind === 'custom');
  return planRegime(survey.ts.length, survey.intervalMs, table);
}

/** What the first tick and the length of the window let expect. */
async function expectedRowTicks(blocks: AsyncIterable<Block>, window: Window): Promise<number> {
  for await (const block of blocks) {
    for (const [t, ts] of block.ts.entries()) {
      if (!windowHolds(window, ts)) continue;
      const intervalMs = Math.max(1, (block.intervalNs[t] as number) / 1e6);
      const table = block.sources.every(({ kind }) => kind === 'custom');
      const ticks = Math.floor((window.to - ts) / intervalMs) + 1;
      return planRegime(ticks, intervalMs, table).timing.rowTicks;
    }
  }
  return 1;
}

async function gatherInto(
  merger: WindowMerger,
  blocks: AsyncIterable<Block>,
  window: Window,
  rowTicks: number,
  signal: AbortSignal | undefined,
  onProgress: (done: number) => void,
): Promise<void> {
  let gatherer: StretchGatherer | undefined;
  let stretchMs = HOUR_MS;
  let stretch = -1;
  for await (const block of blocks) {
    signal?.throwIfAborted();
    for (const [t, ts] of block.ts.entries()) {
      if (!windowHolds(window, ts)) continue;
      if (!gatherer) {
        stretchMs = Math.max(HOUR_MS, (STRETCH_TICKS * (block.intervalNs[t] as number)) / 1e6);
      }
      const at = Math.floor((ts - window.from) / stretchMs);
      if (!gatherer || at !== stretch) {
        if (gatherer) merger.add(gatherer.result());
        gatherer = new StretchGatherer(rowTicks);
        stretch = at;
      }
      gatherer.visit(block, t);
    }
    const last = block.ts[block.ts.length - 1] ?? window.from;
    onProgress(Math.min(1, Math.max(0, (last - window.from) / (window.to - window.from))));
  }
  if (gatherer) merger.add(gatherer.result());
}
