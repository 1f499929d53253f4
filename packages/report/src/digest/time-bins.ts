import type { TimeRange } from '@ethogram/core';

/** Ticks of which a bin holds so many or more: a little less than two, since clocks waver. */
const TICKS_PER_BIN = 1.8;

/** Lengths of bins that read well on a time axis, ms. */
const STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000,
  300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000,
  86_400_000,
] as const;

/** The most bins of a page: about one a pixel of a plot, and a bound on memory. */
export const MOST_BINS = 600;

/** The smallest well-read length of time that is at least `ms`; whole days beyond one. */
export function niceStepMs(ms: number): number {
  const day = 86_400_000;
  return STEPS_MS.find((step) => step >= ms) ?? Math.ceil(ms / day) * day;
}

/** A range of time in equal bins, at most {@link MOST_BINS} of them. */
export class TimeBins {
  /** Start of the first bin, ms UTC: a multiple of the step. */
  readonly from: number;
  readonly stepMs: number;
  readonly count: number;

  /**
   * @param intervalMs the usual time between ticks: a bin holds about two of them or more, so
   *   that one that comes a little late leaves no hole.
   */
  constructor(range: TimeRange, intervalMs: number) {
    const span = Math.max(1, range.to - range.from);
    // One bin is lost to the alignment of the first.
    this.stepMs = niceStepMs(Math.max(span / (MOST_BINS - 1), TICKS_PER_BIN * intervalMs));
    this.from = Math.floor(range.from / this.stepMs) * this.stepMs;
    this.count = Math.max(1, Math.ceil((range.to - this.from) / this.stepMs));
  }

  /** The bin of an instant; the nearest one where it lies outside. */
  at(ts: number): number {
    return Math.max(0, Math.min(this.count - 1, Math.floor((ts - this.from) / this.stepMs)));
  }

  /** The middle of a bin, ms UTC. */
  middle(bin: number): number {
    return this.from + (bin + 0.5) * this.stepMs;
  }

  /** End of the last bin, ms UTC. */
  get to(): number {
    return this.from + this.count * this.stepMs;
  }
}
