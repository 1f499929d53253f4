import type { Block, Window } from '@ethogram/core';
import { type FeatureScale, HostTracker, type Timing } from '@ethogram/features';
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
  const recorder = new ActivityRecorder(drafts, timing, ticks);
  await eachTick(read(range), { ...window, from: range.from }, signal, (block, t) => {
    recorder.visit(block, t);
  });
  return recorder.result();
}

/** Records one series per source over the last ticks of the window. */
class ActivityRecorder {
  /** Those with metrics of their own for this, and those whose first component must do. */
  readonly #raw: HostTracker;
  readonly #rows: HostTracker;
  readonly #metrics: readonly (readonly string[])[];
  /** Per draft its place in the tracker that follows it. */
  readonly #places: readonly number[];
  readonly #series: readonly Float64Array[];
  readonly #from: number;
  #tick = 0;

  constructor(drafts: readonly Draft[], timing: Timing, ticks: number) {
    this.#metrics = drafts.map(activityMetrics);
    const own = drafts.filter((_, i) => this.#hasMetrics(i));
    const others = drafts.filter((_, i) => !this.#hasMetrics(i));
    this.#places = drafts.map((draft, i) => (this.#hasMetrics(i) ? own : others).indexOf(draft));
    this.#raw = new HostTracker(
      own.map((draft) => rawProfile(draft, activityMetrics(draft).map(rawScale(draft.kind)))),
      { ...timing, rowTicks: 1, shareTicks: 1, historyRows: 1 },
    );
    this.#rows = new HostTracker(others, { ...timing, historyRows: 1 });
    const length = Math.min(ticks, MOST_ACTIVITY);
    this.#from = ticks - length;
    this.#series = drafts.map(() => new Float64Array(length));
  }

  visit(block: Block, t: number): void {
    const at = this.#tick++ - this.#from;
    if (this.#rows.sources.length > 0) this.#rows.advance(block, t, at >= 0);
    if (at < 0) return;
    this.#raw.advance(block, t);
    for (const [i, series] of this.#series.entries()) {
      const place = this.#places[i] as number;
      if (this.#hasMetrics(i)) {
        let sum = 0;
        for (const x of this.#raw.sources[place]?.x ?? []) sum += x;
        series[at] = sum;
      } else {
        series[at] = this.#rows.sources[place]?.components[0] ?? Number.NaN;
      }
    }
  }

  result(): Activity {
    return {
      activityMetric: this.#metrics.map((names) => names.join('+') || 'first component'),
      activity: this.#series.map((series) => (series.every(Number.isNaN) ? null : series)),
    };
  }

  #hasMetrics(draft: number): boolean {
    return (this.#metrics[draft] ?? []).length > 0;
  }
}

/** Of a metric its rate or its value, as it is. */
function rawScale(kind: Draft['kind']): (metric: string) => FeatureScale {
  const type = kind === 'process' || kind === 'device' ? 'counter' : 'gauge';
  return (metric) => ({ metric, type, mean: 0, sd: 1, season: null });
}
