import { sourceKey } from '@ethogram/core';
import {
  calibrate,
  combinationOf,
  combineViews,
  prepareViews,
  type SourceTracker,
  scaleOf,
  scaleOfDistances,
  type View,
  viewsReady,
} from '@ethogram/features';
import { quantile } from 'simple-statistics';
import type { Draft } from '../draft.js';
import { calibrationSteps } from './calibration-steps.js';
import { DistanceLog } from './distance-log.js';
import type { PassSetting } from './pass-setting.js';

/** Fewest held-out scores that make a calibration. */
const MIN_SCORES = 10;
/** Strange times that are kept. */
const STRANGEST = 10;

/** A time of training that its own model finds strange. */
export interface StrangeTime {
  readonly ts: number;
  readonly source: string;
  readonly score: number;
}

/** What calibrating a source found out about the window. */
export interface SourceCalibration {
  /** Held-out scores, and how many of them lie at or below the 99 % quantile of the fit part. */
  readonly total: number;
  readonly seen: number;
  /** The strangest first. */
  readonly strangest: readonly StrangeTime[];
}

/**
 * Runs the fitted views of a source over the window exactly as scoring will. All of it gives every
 * view its scale, the held-out part gives the source its calibration scores, one per
 * `calibrationTicks`, since overlapping windows are no new evidence.
 */
export function calibrateSource(
  draft: Draft,
  setting: PassSetting,
  calibrationTicks: number,
): SourceCalibration {
  const calibrator = new SourceCalibrator(draft);
  if (draft.withoutRates === null) {
    const due = calibrationSteps(calibrationTicks);
    setting.replay(draft, (source, { ts, ticks }) => {
      if (due(ticks)) calibrator.visit(source, ts, ts < setting.fitUntil);
    });
  }
  calibrator.finish();
  const { total, seen } = calibrator;
  return { total, seen, strangest: calibrator.strangest() };
}

/** Brings the calibrations of all sources together. */
export function summarise(parts: readonly SourceCalibration[]): {
  /** Share of held-out scores at or below the 99 % quantile of the fit part. */
  readonly seen: number;
  readonly strangest: readonly StrangeTime[];
} {
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  const seen = parts.reduce((sum, part) => sum + part.seen, 0);
  const strangest = parts
    .flatMap((part) => part.strangest)
    .sort((a, b) => b.score - a.score || a.ts - b.ts)
    .slice(0, STRANGEST);
  return { seen: total > 0 ? seen / total : 0, strangest };
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

  strangest(): readonly StrangeTime[] {
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
