import type { SampleSource } from '@ethogram/collector';
import type { Tick } from '@ethogram/core';
import { IntervalControl } from './interval-control.js';
import type { CostLimit } from './own-cost.js';

/** What {@link measuredTicks} works with. */
export interface MeasureSettings {
  readonly source: SampleSource;
  readonly intervalMs: number;
  readonly limit: CostLimit;
  readonly signal: AbortSignal;
  /** Told when the interval was doubled, and because of what share of one processor. */
  readonly onSlower: (intervalMs: number, share: number) => void;
  /** Told when it was halved again, since measuring had become cheap. */
  readonly onFaster: (intervalMs: number, share: number) => void;
  /**
   * Asked for something cheaper, at an interval, where the longest one still costs too much: the
   * source has been detached by then. Throws where there is nothing.
   */
  readonly cheaper: (intervalMs: number, share: number) => Promise<SampleSource>;
}

/**
 * The ticks of this host until the signal aborts. Where measuring costs more than the limit, the
 * interval is doubled, and halved again when it has become cheap: nothing is loaded anew, which
 * would take privileges that are gone, and every tick carries its measured length, so that rates
 * stay right.
 */
export async function* measuredTicks(settings: MeasureSettings): AsyncGenerator<Tick> {
  const { signal, limit } = settings;
  const control = new IntervalControl(settings.intervalMs, limit.maxShare);
  let { source } = settings;
  for (;;) {
    const tooCostly = new AbortController();
    let share: number | undefined;
    try {
      for await (const tick of source.ticks(AbortSignal.any([signal, tooCostly.signal]))) {
        yield tick;
        if (tooCostly.signal.aborted) continue;
        share = limit.check();
        const change = share === undefined ? undefined : control.after(share);
        if (share === undefined || change === undefined) continue;
        if (change === 'costly') tooCostly.abort();
        else {
          source.setInterval?.(control.intervalMs);
          const tell = change === 'longer' ? settings.onSlower : settings.onFaster;
          tell(control.intervalMs, share);
        }
      }
    } finally {
      await source.close();
    }
    if (!tooCostly.signal.aborted || signal.aborted) return;
    source = await settings.cheaper(control.intervalMs, share ?? 0);
  }
}
