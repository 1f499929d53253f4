import { type PackedMatrix, unpackMatrix } from './packed-matrix.js';
import { DRIFT_BIN_MS, DRIFT_BINS, TrailingMedian } from './trailing-median.js';

/** That the level of one metric is followed, and what is known of it. */
export interface DriftPart {
  /**
   * Its last {@link DRIFT_HOURS} hourly means as deviations from the mean, in the unit of the
   * metric: one row; null where they are not known.
   */
  readonly hours: PackedMatrix | null;
  /** When the last of those hours ended, ms UTC. */
  readonly until: number;
  /** What is left on the mean once the level is taken off: what half a day brings. */
  readonly offset: number;
  /** Standard deviation around the mean of training, were the level not followed, > 0. */
  readonly sd: number;
}

/** Hours of which the means are kept: a day and the hour that a trailing median leaves out. */
export const DRIFT_HOURS = 25;
const HOUR_BINS = DRIFT_BINS / DRIFT_HOURS;

/**
 * Follows the levels of those metrics of a source that wander: what they do is held against the
 * median of a day that ends an hour ago. It begins with the last day of training; where that is
 * long past, a level is not known before half a day has been seen.
 */
export class DriftTracker {
  /** Which of its columns a feature is; -1 where its level is not followed. */
  readonly columns: Int32Array;
  /** Its memory, in a fixed order: part of a tracker's state. */
  readonly arrays: readonly [Float32Array, Float64Array, Float64Array, Float64Array];
  /** The ten minutes that are open, from the epoch; -1 before the first. Part of the state. */
  bin = -1;
  /** While set, what is seen moves no level: nothing is learned from a fault. */
  frozen = false;

  readonly #parts: readonly DriftPart[];
  readonly #medians: readonly TrailingMedian[];
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;
  readonly #levels: Float64Array;

  /** @param stepMs time between two rows. */
  constructor(features: readonly { readonly drift?: DriftPart | undefined }[], stepMs: number) {
    this.#parts = features.flatMap(({ drift }) => drift ?? []);
    let column = 0;
    this.columns = Int32Array.from(features, ({ drift }) => (drift ? column++ : -1));
    const rings = new Float32Array(column * DRIFT_BINS).fill(Number.NaN);
    this.#medians = this.#parts.map(
      (_, c) => new TrailingMedian(rings.subarray(c * DRIFT_BINS, (c + 1) * DRIFT_BINS), stepMs),
    );
    this.#sums = new Float64Array(column);
    this.#counts = new Float64Array(column);
    this.#levels = new Float64Array(column).fill(Number.NaN);
    this.arrays = [rings, this.#sums, this.#counts, this.#levels];
  }

  /** Whether any level is followed. */
  get known(): boolean {
    return this.#parts.length > 0;
  }

  /** Comes to the row that ends at an instant, ms UTC: whenever ten minutes are over, levels move. */
  moveTo(ts: number): void {
    const bin = Math.floor(ts / DRIFT_BIN_MS);
    if (bin === this.bin) return;
    for (const [c, median] of this.#medians.entries()) {
      if (this.bin < 0) this.#begin(c, bin);
      else if (bin < this.bin) median.clear();
      else {
        // Nothing by nothing is NaN: not known.
        median.put(this.bin, (this.#sums[c] as number) / (this.#counts[c] as number));
        median.skip(this.bin + 1, bin);
      }
      if (!this.frozen) this.#levels[c] = median.at(bin);
    }
    this.#sums.fill(0);
    this.#counts.fill(0);
    this.bin = bin;
  }

  /**
   * What a deviation is once the level is taken off; NaN where the level is not known.
   * @param deviation from the mean and the season, in the unit of the metric.
   * @param counts whether the level may learn from it.
   */
  follow(column: number, deviation: number, counts: boolean): number {
    if (counts && !this.frozen) {
      this.#sums[column] = (this.#sums[column] as number) + deviation;
      this.#counts[column] = (this.#counts[column] as number) + 1;
    }
    const { offset } = this.#parts[column] as DriftPart;
    return deviation - (this.#levels[column] as number) - offset;
  }

  /** Takes the last day of training for the one before; within the recording, as if it were. */
  #begin(column: number, bin: number): void {
    const { hours, until } = this.#parts[column] as DriftPart;
    if (!hours) return;
    const { data } = unpackMatrix(hours);
    const end = Math.min(bin, Math.floor(until / DRIFT_BIN_MS));
    for (let past = Math.max(0, bin - DRIFT_BINS); past < end; past++) {
      const hour = Math.floor((past - end + DRIFT_BINS) / HOUR_BINS);
      this.#medians[column]?.put(past, data[hour] as number);
    }
  }
}
