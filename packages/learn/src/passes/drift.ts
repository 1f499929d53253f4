import type { TimeRange } from '@ethogram/core';
import {
  DRIFT_BIN_MS,
  DRIFT_BINS,
  DRIFT_HOURS,
  type DriftPart,
  packMatrix,
  TrailingMedian,
} from '@ethogram/features';
import { median } from 'simple-statistics';
import type { Draft } from '../draft.js';
import type { PassSetting } from './pass-setting.js';

/** Share of the fit part whose mean stands against the level that is followed. */
const PROOF_SHARE = 0.7;
/**
 * Largest mean square around the level, of that around the mean, that proves it. Following takes
 * lasting faults off too, so that it must be needed: from .3 on more was lost than won
 * (docs/decisions/0003-detectors.md).
 */
const PROVED = 0.1;

/** What is known of the levels that are followed when training ends, by metric. */
export type LastDays = ReadonlyMap<string, Pick<DriftPart, 'hours' | 'until'>>;

/**
 * For windows of three days and more: which metrics of a source wander, so that the median of the
 * day before (see {@link TrailingMedian}) foretells them better than the mean of training. Kept
 * only where it lowers the mean square of the last 30 % of the fit part to a tenth of that around the
 * mean of the first 70 %. Comes after the seasons, and looks at what they leave.
 * The draft begins the window with no level known, as whoever recorded it did.
 * Memory: ten minutes of the window × features. Complexity: that, times a sort of a day.
 * @returns the last day of the window, from which scoring goes on.
 */
export function learnDrift(draft: Draft, window: TimeRange, setting: PassSetting): LastDays {
  const first = Math.floor(window.from / DRIFT_BIN_MS);
  const bins = Math.floor(window.to / DRIFT_BIN_MS) - first + 1;
  const sums = draft.features.map(() => new BinSums(first, bins, setting.rowSeconds * 1000));
  setting.replay({ ...draft, calls: [], histograms: [] }, (source, { ts }) => {
    if (!source.eligible) return;
    const bin = Math.floor(ts / DRIFT_BIN_MS) - first;
    for (const [j, sum] of sums.entries()) {
      // What is missing has no deviation, and teaches nothing.
      if (!Number.isNaN(source.x[j])) sum.add(bin, source.z[j] as number);
    }
  });
  const at = (share: number): number =>
    Math.floor((window.from + share * (setting.fitUntil - window.from)) / DRIFT_BIN_MS) - first;
  const until = (first + bins) * DRIFT_BIN_MS;
  const last = new Map<string, Pick<DriftPart, 'hours' | 'until'>>();
  draft.features = draft.features.map((feature, j) => {
    const sum = sums[j];
    if (!sum?.wanders(at(PROOF_SHARE), at(1))) return feature;
    last.set(feature.metric, { hours: sum.lastDay(), until });
    return { ...feature, drift: { hours: null, until, offset: 0, sd: sum.deviation(at(1)) } };
  });
  return last;
}

/** Puts the last day where scoring goes on from. */
export function settleDrift(draft: Draft, last: LastDays): void {
  draft.features = draft.features.map((feature) =>
    feature.drift
      ? { ...feature, drift: { ...feature.drift, ...last.get(feature.metric) } }
      : feature,
  );
}

/** Count, sum and sum of squares of one metric in every ten minutes of a window. */
class BinSums {
  readonly #first: number;
  readonly #stepMs: number;
  readonly #n: Float64Array;
  readonly #sum: Float64Array;
  readonly #squares: Float64Array;

  /** @param first the first bin, from the epoch. */
  constructor(first: number, bins: number, stepMs: number) {
    this.#first = first;
    this.#stepMs = stepMs;
    this.#n = new Float64Array(bins);
    this.#sum = new Float64Array(bins);
    this.#squares = new Float64Array(bins);
  }

  add(bin: number, value: number): void {
    this.#n[bin] = (this.#n[bin] as number) + 1;
    this.#sum[bin] = (this.#sum[bin] as number) + value;
    this.#squares[bin] = (this.#squares[bin] as number) + value * value;
  }

  /** Whether following the level is so much better over the bins from `proof` to `end`. */
  wanders(proof: number, end: number): boolean {
    const mean = this.#mean(0, proof);
    const medians = new TrailingMedian(new Float32Array(DRIFT_BINS).fill(Number.NaN), this.#stepMs);
    let still = 0;
    let followed = 0;
    for (let bin = 1; bin < end; bin++) {
      const now = this.#first + bin;
      medians.put(now - 1, (this.#sum[bin - 1] as number) / (this.#n[bin - 1] as number));
      const level = bin >= proof ? medians.at(now) : Number.NaN;
      if (Number.isNaN(level)) continue;
      still += this.#around(mean, bin);
      followed += this.#around(level, bin);
    }
    return followed < PROVED * still;
  }

  /** Standard deviation around the mean of the bins before `end`. */
  deviation(end: number): number {
    const mean = this.#mean(0, end);
    let squares = 0;
    let n = 0;
    for (let bin = 0; bin < end; bin++) {
      squares += this.#around(mean, bin);
      n += this.#n[bin] as number;
    }
    return Math.max(1e-9, Math.sqrt(squares / Math.max(1, n)));
  }

  /** The means of the last hours; where it was not there, the median of the others. */
  lastDay(): DriftPart['hours'] {
    const bins = this.#n.length;
    const hourBins = DRIFT_BINS / DRIFT_HOURS;
    const hours = Float64Array.from({ length: DRIFT_HOURS }, (_, hour) => {
      const from = bins - DRIFT_BINS + hour * hourBins;
      return this.#mean(Math.max(0, from), Math.max(0, from + hourBins), Number.NaN);
    });
    const known = hours.filter((mean) => !Number.isNaN(mean));
    if (known.length === 0) return null;
    const data = hours.map((mean) => (Number.isNaN(mean) ? median([...known]) : mean));
    return packMatrix({ rows: 1, cols: DRIFT_HOURS, data }, 'f32');
  }

  /** Sum of squares around a value within a bin. */
  #around(value: number, bin: number): number {
    const n = this.#n[bin] as number;
    const sum = this.#sum[bin] as number;
    return (this.#squares[bin] as number) - 2 * value * sum + n * value * value;
  }

  #mean(from: number, to: number, unknown = 0): number {
    let n = 0;
    let sum = 0;
    for (let bin = from; bin < to; bin++) {
      n += this.#n[bin] as number;
      sum += this.#sum[bin] as number;
    }
    return n > 0 ? sum / n : unknown;
  }
}
