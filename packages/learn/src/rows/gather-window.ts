import { type Block, type Window, windowHolds } from '@ethogram/core';
import { planRegime, type RegimePlan } from '../regime.js';
import type { ReadBlocks } from './read-blocks.js';
import type { StretchTask } from './read-stretch.js';
import { RowStore } from './row-store.js';
import type { Stretch } from './stretch.js';
import { StretchGatherer } from './stretch-gatherer.js';
import type { Survey } from './survey.js';
import { WindowMerger } from './window-merger.js';

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

/** How {@link gatherWindow} reads. */
export interface GatherOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told the share of the window that was read. */
  readonly onProgress?: (done: number) => void;
  /** Reads a stretch in another thread; without it everything is read here, in one go. */
  readonly elsewhere?: {
    readonly threads: number;
    readonly run: (task: StretchTask) => Promise<Stretch>;
  };
}

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
  options: GatherOptions = {},
): Promise<GatheredWindow> {
  let expected = await expect(read(), window);
  for (;;) {
    const rows = new RowStore();
    const merger = new WindowMerger(rows, expected.rowTicks);
    await (options.elsewhere
      ? gatherElsewhere(merger, window, expected, options)
      : gatherHere(merger, read(), window, expected, options));
    const { survey, indices } = merger.result();
    const table = survey.sources.every(({ kind }) => kind === 'custom');
    const plan = planRegime(survey.ts.length, survey.intervalMs, table);
    if (plan.timing.rowTicks === expected.rowTicks) return { survey, plan, rows, indices };
    rows.close();
    expected = { ...expected, rowTicks: plan.timing.rowTicks };
  }
}

/** What the first tick and the length of the window let expect. */
interface Expectation {
  readonly rowTicks: number;
  /** Length of a stretch, ms. */
  readonly stretchMs: number;
  /** The first stretch that has a tick. */
  readonly first: number;
}

async function expect(blocks: AsyncIterable<Block>, window: Window): Promise<Expectation> {
  for await (const block of blocks) {
    for (const [t, ts] of block.ts.entries()) {
      if (!windowHolds(window, ts)) continue;
      const intervalMs = Math.max(1, (block.intervalNs[t] as number) / 1e6);
      const table = block.sources.every(({ kind }) => kind === 'custom');
      const ticks = Math.floor((window.to - ts) / intervalMs) + 1;
      const { rowTicks } = planRegime(ticks, intervalMs, table).timing;
      const stretchMs = Math.max(HOUR_MS, STRETCH_TICKS * intervalMs);
      return { rowTicks, stretchMs, first: Math.floor((ts - window.from) / stretchMs) };
    }
  }
  return { rowTicks: 1, stretchMs: HOUR_MS, first: 0 };
}

async function gatherHere(
  merger: WindowMerger,
  blocks: AsyncIterable<Block>,
  window: Window,
  { rowTicks, stretchMs }: Expectation,
  { signal, onProgress }: GatherOptions,
): Promise<void> {
  let gatherer: StretchGatherer | undefined;
  let stretch = -1;
  for await (const block of blocks) {
    signal?.throwIfAborted();
    for (const [t, ts] of block.ts.entries()) {
      if (!windowHolds(window, ts)) continue;
      const at = Math.floor((ts - window.from) / stretchMs);
      if (!gatherer || at !== stretch) {
        if (gatherer) merger.add(gatherer.result());
        gatherer = new StretchGatherer(rowTicks);
        stretch = at;
      }
      gatherer.visit(block, t);
    }
    const last = block.ts[block.ts.length - 1] ?? window.from;
    onProgress?.(Math.min(1, Math.max(0, (last - window.from) / (window.to - window.from))));
  }
  if (gatherer) merger.add(gatherer.result());
}

async function gatherElsewhere(
  merger: WindowMerger,
  window: Window,
  { rowTicks, stretchMs, first }: Expectation,
  { elsewhere, onProgress }: GatherOptions,
): Promise<void> {
  if (!elsewhere) return;
  const from = (stretch: number): number => window.from + stretch * stretchMs;
  const end = Math.ceil((window.to - window.from) / stretchMs);
  const reading = new Map<number, Promise<Stretch>>();
  let next = first;
  for (let stretch = first; stretch < end; stretch++) {
    // One more than there are threads, so that none waits for what is merged here.
    for (; next < end && next <= stretch + elsewhere.threads; next++) {
      const range = { from: from(next), to: Math.min(window.to, from(next + 1)) };
      const started = elsewhere.run({ window, range, rowTicks });
      // Its failure is thrown when its turn comes, or never, after an earlier one.
      started.catch(() => undefined);
      reading.set(next, started);
    }
    merger.add(await (reading.get(stretch) as Promise<Stretch>));
    reading.delete(stretch);
    onProgress?.((stretch + 1 - first) / (end - first));
  }
}
