import { ForecastTracker } from './forecast-tracker.js';
import { type DenseMatrix, unpackMatrix } from './packed-matrix.js';
import type { SourceProfile, Timing } from './profile.js';
import { rootShares } from './root-shares.js';
import { RowDeviations } from './row-deviations.js';
import { type RowWidth, rowWidth } from './row-layout.js';
import { RowRing } from './row-ring.js';

/**
 * Follows one source: ticks in, standardised rows, principal components and shares out. Learning
 * and scoring both read sources through it, so that they can never disagree. Its memory is fixed
 * by the profile and the timing.
 */
export class SourceTracker {
  /** The row along the principal axes. */
  readonly components: Float64Array;
  /** Square roots of the shares of the calls; the last place holds all others. */
  readonly mix: Float64Array;
  /** Square roots of the shares of the buckets, histogram after histogram. */
  readonly shares: readonly Float64Array[];
  /** Whether enough calls were made for {@link mix} to mean anything. */
  mixKnown = false;
  /** Per histogram: whether it counted enough. */
  readonly sharesKnown: Uint8Array;

  readonly #sporadic: boolean;
  /** The buckets of each histogram. */
  readonly #buckets: readonly (readonly number[])[];
  readonly #timing: Timing;
  readonly #ring: RowRing;
  readonly #row: RowDeviations;
  readonly #axes: DenseMatrix | null;
  readonly #history: Float64Array;
  readonly #energy: Float64Array;
  readonly #loss: Float64Array;
  readonly #forecast: ForecastTracker;
  readonly #historyTicks: number;
  readonly #width: RowWidth;
  /** Sums of the places of the row, over the ticks that each part looks at. */
  readonly #sums: Float64Array;
  /** Per feature: in how many ticks of the row it was there; empty where all are counters. */
  readonly #counts: Uint32Array;
  #at = 0;
  #ticks = 0;

  constructor(profile: SourceProfile, timing: Timing) {
    this.#sporadic = profile.sporadic;
    this.#buckets = profile.histograms.map(({ buckets }) => buckets);
    this.#timing = timing;
    this.#ring = new RowRing(profile, Math.max(timing.rowTicks, timing.shareTicks));
    this.#axes = profile.axes ? unpackMatrix(profile.axes) : null;
    this.#row = new RowDeviations(profile.features, timing.rowTicks * timing.intervalMs);
    this.#forecast = new ForecastTracker(profile, timing);
    this.components = new Float64Array(this.#axes?.rows ?? 0);
    this.mix = new Float64Array(profile.calls.length > 0 ? profile.calls.length + 1 : 0);
    this.shares = profile.histograms.map((h) => new Float64Array(h.buckets.length));
    this.sharesKnown = new Uint8Array(profile.histograms.length);
    this.#historyTicks = timing.historyRows * timing.rowTicks;
    this.#history = new Float64Array(this.#historyTicks * this.components.length);
    this.#energy = new Float64Array(this.#historyTicks);
    this.#loss = new Float64Array(this.#forecast.known ? this.#historyTicks : 0);
    this.#width = rowWidth(profile);
    this.#sums = new Float64Array(this.#width.total);
    this.#counts = new Uint32Array(this.#row.hasGauges ? profile.features.length : 0);
  }

  /** The row: rate per second or mean of each feature; NaN where a gauge was missing. */
  get x(): Float64Array {
    return this.#row.x;
  }

  /** The row in standard deviations; see {@link RowDeviations.z}. */
  get z(): Float64Array {
    return this.#row.z;
  }

  /** See {@link RowDeviations.bent}. */
  get bent(): Float64Array {
    return this.#row.bent;
  }

  /** Loss of the forecast per feature, summed over its last rows; empty without a forecast. */
  get losses(): Float64Array {
    return this.#forecast.losses;
  }

  /** Opens the next tick. */
  open(seconds: number): void {
    this.#ring.open(seconds);
  }

  /** Adds one value of the open tick. */
  add(place: number, value: number): void {
    this.#ring.add(place, value);
  }

  /** Notes activity in the open tick. */
  touch(): void {
    this.#ring.touch();
  }

  /**
   * Closes the tick and computes the row that ends with it.
   * @param ts end of the tick, ms UTC.
   */
  close(ts: number): void {
    this.#ticks++;
    this.#rates(ts);
    this.#projection();
    if (this.#forecast.known) {
      this.#loss[this.#at] = this.#forecast.follow(this.bent, this.#history, this.#componentsAt);
    }
    this.#shares();
  }

  /** Closes the tick without a row: for those who look at every so many rows only. */
  skip(): void {
    this.#ticks++;
    this.#at = (this.#at + 1) % this.#historyTicks;
  }

  /** Says whether a fault lasts: meanwhile no level that is followed moves. */
  set frozen(frozen: boolean) {
    this.#row.drift.frozen = frozen;
  }

  /** Forgets the past: after a gap nothing may span it. */
  reset(): void {
    this.#ticks = 0;
  }

  /** Whether the row covers its full length since the last reset. */
  get rowKnown(): boolean {
    return this.#ticks >= this.#timing.rowTicks;
  }

  /** Whether the source did anything within the row. */
  get active(): boolean {
    return this.#ring.active(Math.min(this.#timing.rowTicks, this.#ticks));
  }

  /** Whether the source did anything within the tick just closed. */
  get activeNow(): boolean {
    return this.#ring.active(1);
  }

  /** Whether rows mean anything now: a sporadic source only counts while it is active. */
  get eligible(): boolean {
    return this.rowKnown && (!this.#sporadic || this.active);
  }

  /** Whether `rows` rows in a row are known. */
  windowKnown(rows: number): boolean {
    return this.#ticks >= rows * this.#timing.rowTicks && rows <= this.#timing.historyRows;
  }

  /** Rows in a row that are known, at most `most`. */
  knownRows(most: number): number {
    const known = Math.floor(this.#ticks / this.#timing.rowTicks);
    return Math.min(known, most, this.#timing.historyRows);
  }

  /**
   * The components of the last rows, `rowTicks` apart, oldest first.
   * @param out rows × as many of the leading components as it has room for, overwritten.
   */
  window(rows: number, out: Float64Array): void {
    const width = out.length / rows;
    for (let row = 0; row < rows; row++) {
      const from = this.#componentsAt(rows - 1 - row);
      for (let j = 0; j < width; j++) out[row * width + j] = this.#history[from + j] as number;
    }
  }

  /** Mean over the last rows of the mean squared deviation of the features. */
  meanEnergy(rows: number): number {
    return this.#meanOf(this.#energy, rows);
  }

  /** Mean over the last rows of the loss of the forecast. */
  meanLoss(rows: number): number {
    return this.#meanOf(this.#loss, rows);
  }

  /** Calls per second of one of the profile's calls, over the row of shares. */
  callRate(index: number): number {
    const ticks = Math.min(this.#timing.shareTicks, this.#ticks);
    const seconds = this.#ring.seconds(ticks);
    const place = this.x.length + index;
    return seconds > 0 ? this.#ring.sum(place, ticks) / seconds : 0;
  }

  /** The bucket with the largest share of one of the profile's histograms; -1 without any. */
  commonestBucket(index: number): number {
    const shares = this.shares[index] ?? new Float64Array(0);
    let best = -1;
    let largest = 0;
    for (const [i, share] of shares.entries()) {
      if (share > largest) {
        largest = share;
        best = this.#buckets[index]?.[i] ?? -1;
      }
    }
    return best;
  }

  /** What it knows, for a checkpoint: numbers and arrays in a fixed order. */
  state(): { readonly counters: readonly number[]; readonly arrays: readonly TypedState[] } {
    return {
      counters: [
        this.#at,
        this.#ticks,
        this.#ring.position,
        this.#forecast.position,
        this.#row.drift.bin,
      ],
      arrays: [
        this.#history,
        this.#energy,
        this.#loss,
        this.#forecast.recent,
        ...this.#ring.state(),
        ...this.#row.drift.arrays,
      ],
    };
  }

  /** Takes up the counters of a {@link state} whose arrays were copied back into its arrays. */
  resume(counters: readonly number[]): void {
    this.#at = counters[0] ?? 0;
    this.#ticks = counters[1] ?? 0;
    this.#ring.position = counters[2] ?? 0;
    this.#forecast.position = counters[3] ?? 0;
    this.#row.drift.bin = counters[4] ?? -1;
  }

  #meanOf(history: Float64Array, rows: number): number {
    let sum = 0;
    for (let row = rows - 1; row >= 0; row--) sum += history[this.#slot(row)] as number;
    return sum / rows;
  }

  /** Where the components of the row that ended so many rows ago begin. */
  readonly #componentsAt = (lag: number): number => this.#slot(lag) * this.components.length;

  /** The slot of the row that ended `back` rows ago. */
  #slot(back: number): number {
    const slot = this.#at - back * this.#timing.rowTicks;
    return slot < 0 ? slot + this.#historyTicks : slot;
  }

  #rates(ts: number): void {
    const ticks = Math.min(this.#timing.rowTicks, this.#ticks);
    const sums = this.#sums;
    this.#ring.sums(0, this.x.length, ticks, sums);
    if (this.#counts.length > 0) this.#ring.counts(ticks, this.#counts);
    this.#row.take(sums, this.#counts, this.#ring.seconds(ticks), ts, this.eligible);
  }

  #projection(): void {
    this.#at = this.#at + 1 === this.#historyTicks ? 0 : this.#at + 1;
    const { bent, components } = this;
    const width = components.length;
    const features = bent.length;
    let energy = 0;
    for (let j = 0; j < features; j++) energy += (bent[j] as number) * (bent[j] as number);
    this.#energy[this.#at] = features > 0 ? energy / features : 0;
    const axes = this.#axes?.data;
    if (!axes) return;
    const to = this.#at * width;
    for (let k = 0; k < width; k++) {
      let sum = 0;
      const row = k * features;
      for (let j = 0; j < features; j++) sum += (axes[row + j] as number) * (bent[j] as number);
      components[k] = sum;
      this.#history[to + k] = sum;
    }
  }

  #shares(): void {
    const ticks = Math.min(this.#timing.shareTicks, this.#ticks);
    const whole = ticks >= this.#timing.shareTicks;
    const { calls, histograms, total } = this.#width;
    const sums = this.#sums;
    this.#ring.sums(calls, total, ticks, sums);
    if (this.mix.length > 0) this.mixKnown = rootShares(sums, calls, this.mix) && whole;
    let at = histograms;
    for (let i = 0; i < this.shares.length; i++) {
      const shares = this.shares[i] as Float64Array;
      this.sharesKnown[i] = rootShares(sums, at, shares) && whole ? 1 : 0;
      at += shares.length;
    }
  }
}

/** An array that is part of a tracker's state. */
export type TypedState = Float64Array | Float32Array | Uint8Array;
