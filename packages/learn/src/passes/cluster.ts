import { type Block, type Rng, sourceKey, type Window } from '@ethogram/core';
import { HostTracker, type Timing } from '@ethogram/features';
import type { LearningSteps } from '@ethogram/model';
import { detectorsFor } from '../detectors/registry.js';
import { activityMetrics, type Draft, rawProfile } from '../draft.js';
import { eachTick } from './window-ticks.js';

/** Samples of activity that the graph is learned from, at most. */
const MOST_ACTIVITY = 3600;

/** What the third pass gathers beside the views. */
export interface Clustering {
  readonly cluster: LearningSteps['cluster'];
  readonly failures: readonly { readonly source: string; readonly reason: string }[];
  /** One series of activity per draft, all of one length, the end of the window; null without. */
  readonly activity: readonly (Float64Array | null)[];
  /** What each of them is: metrics joined by a plus sign, or the first component. */
  readonly activityMetric: readonly string[];
}

/**
 * Third pass: gathers rows of the fit part for every detector of every source and fits them; a
 * source that fails is reported and left without rates, the others go on.
 */
export async function clusterWindow(
  blocks: AsyncIterable<Block>,
  window: Window,
  drafts: readonly Draft[],
  options: {
    readonly timing: Timing;
    readonly fitUntil: number;
    readonly ticks: number;
    readonly full: boolean;
    readonly maxWindows: number;
    readonly rng: Rng;
    readonly signal: AbortSignal | undefined;
    readonly onSource?: (done: number) => void;
  },
): Promise<Clustering> {
  const { timing, full, maxWindows } = options;
  const tracker = new HostTracker(drafts, timing);
  const detectors = drafts.map((draft) =>
    draft.withoutRates === null
      ? detectorsFor({
          draft,
          maxWindows,
          full,
          seed: options.rng.fork(sourceKey(draft)).integer(2 ** 31),
        })
      : [],
  );
  const activity = new ActivityRecorder(drafts, timing, options.ticks);
  let tick = 0;
  await eachTick(blocks, window, options.signal, (block, t) => {
    const due = ++tick % timing.rowTicks === 0;
    tracker.advance(block, t, due || activity.needsRows);
    activity.visit(block, t, tracker);
    if (!due || (block.ts[t] as number) >= options.fitUntil) return;
    for (const [i, source] of tracker.sources.entries()) {
      if (!source.eligible) continue;
      for (const detector of detectors[i] ?? []) detector.gather(source);
    }
  });
  const cluster: LearningSteps['cluster'] = [];
  const failures: { source: string; reason: string }[] = [];
  for (const [i, draft] of drafts.entries()) {
    options.signal?.throwIfAborted();
    const source = sourceKey(draft);
    try {
      for (const detector of detectors[i] ?? []) {
        const fitted = detector.fit();
        if (fitted) cluster.push({ source, ...fitted });
      }
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      failures.push({ source, reason });
      draft.withoutRates = 'its views could not be fitted';
    }
    options.onSource?.((i + 1) / drafts.length);
  }
  return { cluster, failures, ...activity.result() };
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

  result(): Pick<Clustering, 'activity' | 'activityMetric'> {
    return {
      activityMetric: this.#metrics.map((names) => names.join('+') || 'first component'),
      activity: this.#series.map((series) => (series.every(Number.isNaN) ? null : series)),
    };
  }
}
