/** Length of one value of a trailing median, ms. */
export const DRIFT_BIN_MS = 600_000;
/** Values of a day, and of the hour before now that is left out. */
const DAY_BINS = 144;
const HOUR_BINS = 6;
/** Values that a trailing median keeps. */
export const DRIFT_BINS = DAY_BINS + HOUR_BINS;

/**
 * The median of a day of ten-minute means that ends an hour ago: the level of a series that
 * wanders, and that what happens now does not move. Memory: one ring of {@link DRIFT_BINS} values.
 */
export class TrailingMedian {
  readonly #ring: Float32Array;
  readonly #needed: number;
  readonly #sorted = new Float32Array(DAY_BINS);

  /**
   * @param ring its memory, {@link DRIFT_BINS} values, NaN where nothing is known.
   * @param stepMs time between two rows: slower series have fewer values in a day.
   */
  constructor(ring: Float32Array, stepMs: number) {
    this.#ring = ring;
    const perDay = Math.min(DAY_BINS, Math.floor((DAY_BINS * DRIFT_BIN_MS) / stepMs));
    this.#needed = Math.max(1, Math.ceil(perDay / 2));
  }

  /** Keeps the mean of ten minutes, NaN where it is unknown. @param bin ten minutes from the epoch. */
  put(bin: number, mean: number): void {
    this.#ring[bin % DRIFT_BINS] = mean;
  }

  /** Knows nothing of the bins from one to before another. */
  skip(from: number, to: number): void {
    if (to - from >= DRIFT_BINS) this.clear();
    else for (let bin = from; bin < to; bin++) this.#ring[bin % DRIFT_BINS] = Number.NaN;
  }

  /** Forgets all. */
  clear(): void {
    this.#ring.fill(Number.NaN);
  }

  /** The median as seen from a bin that just began; NaN where less than half of it is known. */
  at(bin: number): number {
    let known = 0;
    for (let past = bin - DRIFT_BINS; past < bin - HOUR_BINS; past++) {
      const value = past >= 0 ? (this.#ring[past % DRIFT_BINS] as number) : Number.NaN;
      if (!Number.isNaN(value)) this.#sorted[known++] = value;
    }
    if (known < this.#needed) return Number.NaN;
    const sorted = this.#sorted.subarray(0, known).sort();
    const middle = known >> 1;
    const upper = sorted[middle] as number;
    return known % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
  }
}
