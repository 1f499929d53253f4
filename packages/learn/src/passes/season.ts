import type { TimeRange } from '@ethogram/core';
import {
  dayBin,
  packMatrix,
  SEASON_BINS,
  type SeasonPart,
  seasonValue,
  WEEK_BINS,
  weekday,
} from '@ethogram/features';
import { median } from 'simple-statistics';
import type { Draft } from '../draft.js';
import type { PassSetting } from './pass-setting.js';

const DAY_MS = 86_400_000;
/** Days that a window must span before a daily course is looked for, and a weekly one. */
export const SEASON_DAYS = 3;
const WEEK_SEASON_DAYS = 21;
/** Share of the fit part that a course is learned on to be proved on the rest. */
const PROOF_SHARE = 0.7;
/** Largest variance, of that without the course, that proves one. */
const PROVED = 0.98;

/**
 * For windows of three days and more: what every metric of a source usually does over a day
 * (median over the days of each half hour, smoothed over three), kept only where knowing it from
 * the first 70 % lowers the variance of the rest by 2 %. From three weeks on likewise over a week
 * (by the hour), kept only where it lowers what the day leaves by another 2 %.
 * Memory: days × half hours × features.
 */
export function learnSeasons(draft: Draft, window: TimeRange, setting: PassSetting): void {
  const first = dayBin(window.from).day;
  const days = dayBin(setting.fitUntil).day - first + 1;
  const sums = draft.features.map(() => new DaySums(first, days));
  setting.replay({ ...draft, calls: [], histograms: [] }, (source, { ts }) => {
    if (!source.eligible || ts >= setting.fitUntil) return;
    const { day, bin } = dayBin(ts);
    const at = (day - first) * SEASON_BINS + bin;
    for (const [j, sum] of sums.entries()) sum.add(at, source.z[j] as number);
  });
  const proof = dayBin(window.from + PROOF_SHARE * (setting.fitUntil - window.from)).day - first;
  const weeks = window.to - window.from >= WEEK_SEASON_DAYS * DAY_MS;
  draft.features = draft.features.map((feature, j) => ({
    ...feature,
    season: sums[j]?.season(Math.max(1, proof), weeks) ?? null,
  }));
}

/** Count, sum and sum of squares of one metric in every half hour of every day. */
class DaySums {
  readonly #first: number;
  readonly #days: number;
  readonly #n: Float64Array;
  readonly #sum: Float64Array;
  readonly #squares: Float64Array;

  /** @param first the first day, from the epoch. */
  constructor(first: number, days: number) {
    this.#first = first;
    this.#days = days;
    this.#n = new Float64Array(days * SEASON_BINS);
    this.#sum = new Float64Array(days * SEASON_BINS);
    this.#squares = new Float64Array(days * SEASON_BINS);
  }

  add(at: number, value: number): void {
    this.#n[at] = (this.#n[at] as number) + 1;
    this.#sum[at] = (this.#sum[at] as number) + value;
    this.#squares[at] = (this.#squares[at] as number) + value * value;
  }

  /** The course over a day or a week, or null where the days after `proof` bear out neither. */
  season(proof: number, weeks: boolean): SeasonPart | null {
    let least = this.#variance(proof, new Float64Array(SEASON_BINS));
    let found: SeasonPart | null = null;
    for (const cols of weeks ? [SEASON_BINS, WEEK_BINS] : [SEASON_BINS]) {
      const early = this.#course(proof, cols);
      const variance = early ? this.#variance(proof, early) : Number.POSITIVE_INFINITY;
      if (!(variance < PROVED * least)) continue;
      const data = this.#course(this.#days, cols);
      if (!data) continue;
      least = variance;
      found = packMatrix({ rows: 1, cols, data }, 'i16');
    }
    return found;
  }

  /**
   * Median over the first days of each bin of a day or of a week, smoothed, around 0; null where
   * one was never seen.
   */
  #course(days: number, cols: number): Float64Array | null {
    const perDay = cols === WEEK_BINS ? WEEK_BINS / 7 : SEASON_BINS;
    const halfHours = SEASON_BINS / perDay;
    const means: number[][] = Array.from({ length: cols }, () => []);
    for (let day = 0; day < days; day++) {
      for (let part = 0; part < perDay; part++) {
        let n = 0;
        let sum = 0;
        for (let i = 0; i < halfHours; i++) {
          const at = day * SEASON_BINS + part * halfHours + i;
          n += this.#n[at] as number;
          sum += this.#sum[at] as number;
        }
        const bin = (weekday(this.#first + day) * perDay + part) % cols;
        if (n > 0) means[bin]?.push(sum / n);
      }
    }
    if (means.some((seen) => seen.length === 0)) return null;
    const medians = Float64Array.from(means, (seen) => median(seen));
    const smooth = medians.map((value, bin) => {
      const before = medians[(bin + cols - 1) % cols] as number;
      const after = medians[(bin + 1) % cols] as number;
      return (before + value + after) / 3;
    });
    const mean = smooth.reduce((sum, value) => sum + value, 0) / cols;
    return smooth.map((value) => value - mean);
  }

  /** Variance around a course, over the days from `proof` on. */
  #variance(proof: number, course: Float64Array): number {
    let n = 0;
    let sum = 0;
    let squares = 0;
    for (let at = proof * SEASON_BINS; at < this.#n.length; at++) {
      const middle = (this.#first + (at + 0.5) / SEASON_BINS) * DAY_MS;
      const usual = seasonValue(course, middle);
      const count = this.#n[at] as number;
      const total = this.#sum[at] as number;
      n += count;
      sum += total - count * usual;
      squares += (this.#squares[at] as number) - 2 * usual * total + count * usual * usual;
    }
    return n > 0 ? squares / n - (sum / n) ** 2 : 0;
  }
}
