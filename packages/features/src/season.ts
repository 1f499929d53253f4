import { type PackedMatrix, unpackMatrix } from './packed-matrix.js';

const DAY_MS = 86_400_000;

/** Parts of a day for which a season keeps a value. */
export const SEASON_BINS = 48;

/** What one metric usually does over a day, as deviations from its mean: one row of bins. */
export type SeasonPart = PackedMatrix;

/** A learned day, ready to be read at any time of it. */
export class Season {
  readonly #bins: Float64Array;

  constructor(part: SeasonPart) {
    this.#bins = unpackMatrix(part).data;
  }

  /** The deviation that belongs to an instant (ms UTC), linear between the middles of two bins. */
  at(ts: number): number {
    return dayValue(this.#bins, ts);
  }
}

/** Reads a row of bins that spans a UTC day; see {@link Season.at}. */
export function dayValue(bins: Float64Array, ts: number): number {
  const count = bins.length;
  const place = ((((ts % DAY_MS) + DAY_MS) % DAY_MS) / DAY_MS) * count - 0.5;
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
