import type { BackendDescription, SampleSource } from '@ethogram/collector';
import type { Tick } from '@ethogram/core';
import type { CostLimit } from './own-cost.js';

/** What {@link measuredTicks} works with. */
export interface MeasureSettings {
  readonly intervalMs: number;
  /** Opens a collector that ticks at this interval. */
  readonly open: (intervalMs: number) => Promise<SampleSource>;
  readonly limit: CostLimit;
  readonly signal: AbortSignal;
  /** Told of each collector that was opened, the first one included. */
  readonly onOpen: (description: BackendDescription) => void;
  /** Told when the interval was doubled, and because of what share of one processor. */
  readonly onSlower: (intervalMs: number, share: number) => void;
}

/** Ticks rarer than this would blur what is learned more than they save. */
const MAX_INTERVAL_MS = 60_000;

/**
 * The ticks of this host until the signal aborts. Where measuring costs more than the limit, the
 * collector is opened anew with twice the interval: every tick carries its measured length, so
 * that rates stay right.
 */
export async function* measuredTicks(settings: MeasureSettings): AsyncGenerator<Tick> {
  const { signal, limit } = settings;
  for (let intervalMs = settings.intervalMs; !signal.aborted; ) {
    const source = await settings.open(intervalMs);
    const slower = new AbortController();
    try {
      settings.onOpen(source.description);
      for await (const tick of source.ticks(AbortSignal.any([signal, slower.signal]))) {
        yield tick;
        const share = slower.signal.aborted ? undefined : limit.check();
        if (share === undefined || intervalMs >= MAX_INTERVAL_MS) continue;
        intervalMs = Math.min(MAX_INTERVAL_MS, intervalMs * 2);
        settings.onSlower(intervalMs, share);
        slower.abort();
      }
    } finally {
      await source.close();
    }
    if (!slower.signal.aborted) return;
  }
}
