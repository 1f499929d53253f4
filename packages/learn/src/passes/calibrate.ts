import { type Block, sourceKey, type Window } from '@ethogram/core';
import {
  calibrate,
  combineViews,
  HostTracker,
  prepareViews,
  type SourceTracker,
  type Timing,
  type View,
  viewsReady,
} from '@ethogram/features';
import { quantile } from 'simple-statistics';
import type { Draft } from '../draft.js';
import { eachTick } from './window-ticks.js';

/** Fewest held-out scores that make a calibration. */
const MIN_SCORES = 10;
/** Smallest 99 % quantile of a squared distance: below it a view saw nothing move. */
const SMALLEST_Q99 = 1e-9;
/** Strange times that are kept. */
const STRANGEST = 10;

/** What the last pass found out about the window as a whole. */
export interface CalibrationSummary {
  /** Share of held-out scores at or below the 99 % quantile of the fit part. */
  readonly seen: number;
  readonly strangest: readonly {
    readonly ts: number;
    readonly source: string;
    readonly score: number;
  }[];
}

/**
 * Fourth pass: runs the fitted views over the window exactly as scoring will. The fit part gives
 * every view its 99 % quantile, the held-out part gives every source its calibration scores, one
 * per `calibrationTicks`, since overlapping windows are no new evidence.
 */
export async function calibrateWindow(
  blocks: AsyncIterable<Block>,
  window: Window,
  drafts: readonly Draft[],
  options: {
    readonly timing: Timing & { readonly calibrationTicks: number };
    readonly fitUntil: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<CalibrationSummary> {
  const tracker = new HostTracker(drafts, options.timing);
  const calibrators = drafts.map((draft) => new SourceCalibrator(draft));
  let tick = 0;
  let fitting = true;
  await eachTick(blocks, window, options.signal, (block, t) => {
    tracker.advance(block, t);
    if (++tick % options.timing.calibrationTicks !== 0) return;
    const ts = block.ts[t] as number;
    if (fitting && ts >= options.fitUntil) {
      fitting = false;
      for (const calibrator of calibrators) calibrator.closeFit();
    }
    for (const [i, source] of tracker.sources.entries()) {
      (calibrators[i] as SourceCalibrator).visit(source, ts, fitting);
    }
  });
  if (fitting) for (const calibrator of calibrators) calibrator.closeFit();
  let seen = 0;
  let total = 0;
  const strangest: { ts: number; source: string; score: number }[] = [];
  for (const calibrator of calibrators) {
    calibrator.finish();
    seen += calibrator.seen;
    total += calibrator.total;
    strangest.push(...calibrator.strangest());
  }
  strangest.sort((a, b) => b.score - a.score || a.ts - b.ts);
  return { seen: total > 0 ? seen / total : 0, strangest: strangest.slice(0, STRANGEST) };
}

class SourceCalibrator {
  seen = 0;
  total = 0;
  readonly #draft: Draft;
  readonly #views: readonly View[];
  readonly #q99: Float64Array;
  readonly #distances: Float64Array;
  readonly #fit: { readonly ts: number; readonly distances: Float64Array }[] = [];
  readonly #scores: { readonly ts: number; readonly s: number }[] = [];
  #fitQ99 = Number.POSITIVE_INFINITY;

  constructor(draft: Draft) {
    this.#draft = draft;
    this.#views = draft.withoutRates === null ? prepareViews(draft) : [];
    this.#q99 = new Float64Array(this.#views.length).fill(1);
    this.#distances = new Float64Array(this.#views.length);
  }

  visit(source: SourceTracker, ts: number, fitting: boolean): void {
    if (this.#views.length === 0 || !viewsReady(this.#views, source)) return;
    for (const [v, view] of this.#views.entries()) this.#distances[v] = view.distance(source);
    if (fitting) {
      this.#fit.push({ ts, distances: this.#distances.slice() });
      return;
    }
    const { s } = combineViews(this.#distances, this.#q99);
    if (Number.isNaN(s)) return;
    this.#scores.push({ ts, s });
    this.total++;
    if (s <= this.#fitQ99) this.seen++;
  }

  /** Scales every view by its 99 % quantile over the fit part. */
  closeFit(): void {
    for (const [v, view] of this.#views.entries()) {
      const distances = this.#fit
        .map((row) => row.distances[v] as number)
        .filter((d) => !Number.isNaN(d));
      this.#q99[v] = Math.max(SMALLEST_Q99, distances.length > 0 ? quantile(distances, 0.99) : 1);
      const part = this.#draft[view.name];
      if (part) part.q99 = this.#q99[v] as number;
    }
    const combined = this.#fit
      .map(({ distances }) => combineViews(distances, this.#q99).s)
      .filter((s) => !Number.isNaN(s));
    if (combined.length > 0) this.#fitQ99 = quantile(combined, 0.99);
  }

  finish(): void {
    if (this.#views.length === 0) return;
    if (this.#scores.length < MIN_SCORES) {
      this.#draft.withoutRates = `only ${this.#scores.length} held-out scores, needs ${MIN_SCORES}`;
      return;
    }
    this.#draft.calibration = calibrate(this.#scores.map(({ s }) => s)) as Draft['calibration'];
  }

  strangest(): readonly { ts: number; source: string; score: number }[] {
    const source = sourceKey(this.#draft);
    const fit = this.#fit.map(({ ts, distances }) => ({
      ts,
      s: combineViews(distances, this.#q99).s,
    }));
    return [...fit, ...this.#scores]
      .filter(({ s }) => !Number.isNaN(s))
      .sort((a, b) => b.s - a.s)
      .slice(0, STRANGEST)
      .map(({ ts, s }) => ({ ts, source, score: s }));
  }
}
