import { type PackedMatrix, unpackMatrix } from './packed-matrix.js';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** The first Monday of the epoch, which began on a Thursday. */
const MONDAY_MS = 4 * DAY_MS;

/** Parts of a day for which a daily season keeps a value: half hours. */
export const SEASON_BINS = 48;
/** Parts of a week for which a weekly season keeps a value: hours, Monday 00:00 UTC first. */
export const WEEK_BINS = 168;

/**
 * What one metric usually does, as deviations from its mean: one row of {@link SEASON_BINS} over
 * a day or of {@link WEEK_BINS} over a week.
 */
export type SeasonPart = PackedMatrix;

/** A learned season, ready to be read at any time of it. */
export class Season {
  readonly #bins: Float64Array;

  constructor(part: SeasonPart) {
    this.#bins = unpackMatrix(part).data;
  }

  /** The deviation that belongs to an instant (ms UTC), linear between the middles of two bins. */
  at(ts: number): number {
    return seasonValue(this.#bins, ts);
  }
}

/** Reads a row of bins that spans a UTC day or week; see {@link Season.at}. */
export function seasonValue(bins: Float64Array, ts: number): number {
  const count = bins.length;
  const period = count === WEEK_BINS ? WEEK_MS : DAY_MS;
  const into = (((ts - MONDAY_MS) % period) + period) % period;
  const place = (into / period) * count - 0.5;
  const low = Math.floor(place);
  const share = place - low;
  const before = bins[(low + count) % count] as number;
  const after = bins[(low + 1) % count] as number;
  return before * (1 - share) + after * share;
}

/** The bin of a day that an instant falls into, and how many days it is from the epoch. */
export function dayBin(ts: number): { readonly day: number; readonly bin: number } {
  const day = Math.floor(ts / DAY_MS);
  return { day, bin: Math.floor(((ts - day * DAY_MS) / DAY_MS) * SEASON_BINS) };
}

/** The weekday of a day counted from the epoch; Monday is 0. */
export function weekday(day: number): number {
  return (((day - MONDAY_MS / DAY_MS) % 7) + 7) % 7;
}
