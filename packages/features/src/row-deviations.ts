import { DriftTracker } from './drift-tracker.js';
import type { FeatureScale } from './profile.js';
import { Season } from './season.js';

/** Standard deviations from which on deviations grow by their logarithm. */
const BEND = 10;

/** A row of one source: its values, and how far each is from what it usually is at its time. */
export class RowDeviations {
  /** Rate per second or mean of each feature; NaN where a gauge was missing. */
  readonly x: Float64Array;
  /** In standard deviations from what time of day and level would have; 0 where not known. */
  readonly z: Float64Array;
  /** {@link z} up to ten, its logarithm beyond: one wild metric must not blind the others. */
  readonly bent: Float64Array;
  /** The levels that are followed. */
  readonly drift: DriftTracker;
  /** Whether some features are gauges, of which it matters in how many ticks they were there. */
  readonly hasGauges: boolean;
  readonly #isGauge: Uint8Array;
  readonly #means: Float64Array;
  readonly #sds: Float64Array;
  readonly #seasons: readonly (Season | null)[];

  /** @param stepMs time between two rows. */
  constructor(features: readonly FeatureScale[], stepMs: number) {
    this.x = new Float64Array(features.length);
    this.z = new Float64Array(features.length);
    this.bent = new Float64Array(features.length);
    this.drift = new DriftTracker(features, stepMs);
    this.#isGauge = Uint8Array.from(features, ({ type }) => (type === 'gauge' ? 1 : 0));
    this.hasGauges = this.#isGauge.includes(1);
    this.#means = Float64Array.from(features, ({ mean }) => mean);
    this.#sds = Float64Array.from(features, ({ sd }) => sd);
    this.#seasons = features.map(({ season }) => (season ? new Season(season) : null));
  }

  /**
   * Takes the row that ends at an instant, ms UTC.
   * @param sums of each feature over the row, and of what comes behind.
   * @param counts per gauge, in how many ticks it was there; not read without gauges.
   * @param seconds length of the row.
   * @param counted whether levels may learn from it.
   */
  take(
    sums: Float64Array,
    counts: Uint32Array,
    seconds: number,
    ts: number,
    counted: boolean,
  ): void {
    const { x, z, bent } = this;
    const drift = this.drift.known ? this.drift : null;
    drift?.moveTo(ts);
    for (let i = 0; i < x.length; i++) {
      const sum = sums[i] as number;
      const value = this.#isGauge[i] === 1 ? meanOf(sum, counts[i] as number) : sum / seconds;
      x[i] = value;
      const season = this.#seasons[i];
      const mean = this.#means[i] as number;
      const usual = season ? mean + season.at(ts) : mean;
      let off = value - usual;
      const column = drift ? (drift.columns[i] as number) : -1;
      if (drift && column >= 0 && !Number.isNaN(off)) off = drift.follow(column, off, counted);
      const deviation = Number.isNaN(off) ? 0 : off / (this.#sds[i] as number);
      z[i] = deviation;
      bent[i] = bend(deviation);
    }
  }
}

/** Mean of a gauge over the ticks in which it was there; NaN where it never was. */
function meanOf(sum: number, count: number): number {
  return count > 0 ? sum / count : Number.NaN;
}

/** A deviation that grows by its logarithm beyond ten standard deviations. */
function bend(z: number): number {
  const size = Math.abs(z);
  return size <= BEND ? z : Math.sign(z) * BEND * (1 + Math.log(size / BEND));
}
