import type { SampleSource } from '@ethogram/collector';
import type { Tick } from '@ethogram/core';
import type { CostLimit } from './own-cost.js';

/** What {@link measuredTicks} works with. */
export interface MeasureSettings {
  readonly source: SampleSource;
  readonly intervalMs: number;
  readonly limit: CostLimit;
  readonly signal: AbortSignal;
  /** Told when the interval was doubled, and because of what share of one processor. */
  readonly onSlower: (intervalMs: number, share: number) => void;
  /**
   * Asked for something cheaper, at an interval, where the longest one still costs too much: the
   * source has been detached by then. Throws where there is nothing.
   */
  readonly cheaper: (intervalMs: number, share: number) => Promise<SampleSource>;
}

/** Ticks rarer than this would blur what is learned more than they save. */
const MAX_INTERVAL_MS = 60_000;

/**
 * The ticks of this host until the signal aborts. Where measuring costs more than the limit, the
 * interval is doubled: nothing is loaded anew, which would take privileges that are gone, and
 * every tick carries its measured length, so that rates stay right.
 */
export async function* measuredTicks(settings: MeasureSettings): AsyncGenerator<Tick> {
  const { signal, limit } = settings;
  let { source, intervalMs } = settings;
  for (;;) {
    const tooCostly = new AbortController();
    let share: number | undefined;
    try {
      for await (const tick of source.ticks(AbortSignal.any([signal, tooCostly.signal]))) {
        yield tick;
        if (tooCostly.signal.aborted) continue;
        share = limit.check();
        if (share === undefined) continue;
        if (intervalMs >= MAX_INTERVAL_MS) tooCostly.abort();
        else {
          intervalMs = Math.min(MAX_INTERVAL_MS, intervalMs * 2);
          source.setInterval?.(intervalMs);
          settings.onSlower(intervalMs, share);
        }
      }
    } finally {
      await source.close();
    }
    if (!tooCostly.signal.aborted || signal.aborted) return;
    source = await settings.cheaper(intervalMs, share ?? 0);
  }
}
