import { type Block, sourceKey, type Window } from '@ethogram/core';
import {
  calibrate,
  combinationOf,
  combineViews,
  HostTracker,
  prepareViews,
  type SourceTracker,
  scaleOf,
  scaleOfDistances,
  type Timing,
  type View,
  viewsReady,
} from '@ethogram/features';
import { quantile } from 'simple-statistics';
import type { Draft } from '../draft.js';
import { DistanceLog } from './distance-log.js';
import { eachTick } from './window-ticks.js';

/** Fewest held-out scores that make a calibration. */
const MIN_SCORES = 10;
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
 * Fourth pass: runs the fitted views over the window exactly as scoring will. All of it
 * gives every view its scale, the held-out part gives every source its calibration scores, one
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
  await eachTick(blocks, window, options.signal, (block, t) => {
    tracker.advance(block, t, (tick + 1) % options.timing.rowTicks === 0);
    if (++tick % options.timing.calibrationTicks !== 0) return;
    const ts = block.ts[t] as number;
    for (const [i, source] of tracker.sources.entries()) {
      (calibrators[i] as SourceCalibrator).visit(source, ts, ts < options.fitUntil);
    }
  });
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
  readonly #log: DistanceLog;
  readonly #distances: Float64Array;
  #fitRows = 0;
  #scored: { readonly ts: number; readonly s: number }[] = [];

  constructor(draft: Draft) {
    this.#draft = draft;
    this.#views = draft.withoutRates === null ? prepareViews(draft) : [];
    this.#log = new DistanceLog(this.#views.length);
    this.#distances = new Float64Array(this.#views.length);
  }

  visit(source: SourceTracker, ts: number, fitting: boolean): void {
    if (this.#views.length === 0 || !viewsReady(this.#views, source)) return;
    for (const [v, view] of this.#views.entries()) this.#distances[v] = view.distance(source);
    this.#log.push(ts, this.#distances);
    if (fitting) this.#fitRows = this.#log.rows;
  }

  /** Scales the views by all of training, and calibrates by what the fit did not see. */
  finish(): void {
    if (this.#views.length === 0) return;
    for (const [v, view] of this.#views.entries()) {
      const known = this.#log.column(v);
      const part = this.#draft[view.name];
      if (part && known.length > 0) part.scale = scaleOfDistances(known);
    }
    const combined = this.#combined().map(({ s }) => s);
    if (combined.length > 0) this.#draft.scale = scaleOf(combined);
    this.#scored = this.#combined();
    const fitUntil = this.#fitRows > 0 ? this.#log.ts(this.#fitRows - 1) : Number.NEGATIVE_INFINITY;
    const fit = this.#scored.filter(({ ts }) => ts <= fitUntil).map(({ s }) => s);
    const held = this.#scored.filter(({ ts }) => ts > fitUntil).map(({ s }) => s);
    if (held.length < MIN_SCORES) {
      this.#draft.withoutRates = `only ${held.length} held-out scores, needs ${MIN_SCORES}`;
      return;
    }
    const usual = fit.length > 0 ? quantile(fit, 0.99) : Number.POSITIVE_INFINITY;
    this.total = held.length;
    this.seen = held.filter((s) => s <= usual).length;
    this.#draft.calibration = calibrate(held) as Draft['calibration'];
  }

  strangest(): readonly { ts: number; source: string; score: number }[] {
    const source = sourceKey(this.#draft);
    return [...this.#scored]
      .sort((a, b) => b.s - a.s)
      .slice(0, STRANGEST)
      .map(({ ts, s }) => ({ ts, source, score: s }));
  }

  /** The combined score of every moment that has one. */
  #combined(): { readonly ts: number; readonly s: number }[] {
    const combination = combinationOf(this.#draft, this.#views);
    const scores: { readonly ts: number; readonly s: number }[] = [];
    for (let row = 0; row < this.#log.rows; row++) {
      const { s } = combineViews(this.#log.distances(row), combination);
      if (!Number.isNaN(s)) scores.push({ ts: this.#log.ts(row), s });
    }
    return scores;
  }
}
