import type { Block, Window } from '@ethogram/core';
import { HostTracker, type Timing } from '@ethogram/features';
import { activityMetrics, type Draft, rawProfile } from '../draft.js';
import type { ReadBlocks } from '../rows/read-blocks.js';
import { eachTick } from './window-ticks.js';

/** Samples of activity that the graph is learned from, at most. */
const MOST_ACTIVITY = 3600;

/** What the graph is learned from. */
export interface Activity {
  /** One series of activity per draft, all of one length, the end of the window; null without. */
  readonly activity: readonly (Float64Array | null)[];
  /** What each of them is: metrics joined by a plus sign, or the first component. */
  readonly activityMetric: readonly string[];
}

/**
 * Reads the end of the window tick by tick: what each source did in every tick of the last hour.
 * @param ts ends of the ticks of the window, ms UTC.
 */
export async function recordActivity(
  read: ReadBlocks,
  window: Window,
  drafts: readonly Draft[],
  options: {
    readonly timing: Timing;
    readonly ts: Float64Array;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Activity> {
  const { timing, ts, signal } = options;
  const ticks = Math.min(ts.length, MOST_ACTIVITY + timing.rowTicks);
  const range = { from: ts[ts.length - ticks] as number, to: window.to };
  const tracker = new HostTracker(drafts, { ...timing, historyRows: 1 });
  const recorder = new ActivityRecorder(drafts, timing, ticks);
  await eachTick(read(range), { ...window, from: range.from }, signal, (block, t) => {
    tracker.advance(block, t, recorder.needsRows);
    recorder.visit(block, t, tracker);
  });
  return recorder.result();
}

/** Records one series per source over the last ticks of the window. */
class ActivityRecorder {
  readonly #raw: HostTracker;
  readonly #metrics: readonly (readonly string[])[];
  readonly #series: readonly Float64Array[];
  readonly #from: number;
  #tick = 0;

  constructor(drafts: readonly Draft[], timing: Timing, ticks: number) {
    const metrics = drafts.map(activityMetrics);
    this.#metrics = metrics;
    this.#raw = new HostTracker(
      drafts.map((draft, i) =>
        rawProfile(
          draft,
          (metrics[i] ?? []).map((metric) => ({
            metric,
            type: draft.kind === 'process' || draft.kind === 'device' ? 'counter' : 'gauge',
            mean: 0,
            sd: 1,
            season: null,
          })),
        ),
      ),
      { ...timing, rowTicks: 1, shareTicks: 1, historyRows: 1 },
    );
    const length = Math.min(ticks, MOST_ACTIVITY);
    this.#from = ticks - length;
    this.#series = drafts.map(() => new Float64Array(length));
  }

  /** Whether the next tick's rows are wanted: some source has no metric of its own for this. */
  get needsRows(): boolean {
    return this.#tick >= this.#from && this.#metrics.some((names) => names.length === 0);
  }

  visit(block: Block, t: number, tracker: HostTracker): void {
    const at = this.#tick++ - this.#from;
    if (at < 0) return;
    this.#raw.advance(block, t);
    for (const [i, series] of this.#series.entries()) {
      if ((this.#metrics[i] ?? []).length > 0) {
        let sum = 0;
        for (const x of this.#raw.sources[i]?.x ?? []) sum += x;
        series[at] = sum;
      } else {
        series[at] = tracker.sources[i]?.components[0] ?? Number.NaN;
      }
    }
  }

  result(): Activity {
    return {
      activityMetric: this.#metrics.map((names) => names.join('+') || 'first component'),
      activity: this.#series.map((series) => (series.every(Number.isNaN) ? null : series)),
    };
  }
}
