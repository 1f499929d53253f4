import { FORECAST_LAGS, FORECAST_ROWS, forecastLoss } from './forecast-loss.js';
import { type DenseMatrix, unpackMatrix } from './packed-matrix.js';
import type { SourceProfile, Timing } from './profile.js';
import { type RowWidth, rowWidth } from './row-layout.js';
import { RowRing } from './row-ring.js';
import { Season } from './season.js';

/** Fewest calls in a row for its mix to say anything. */
const MIN_CALLS = 10;
/** Standard deviations from which on deviations grow by their logarithm. */
const BEND = 10;

/**
 * Follows one source: ticks in, standardised rows, principal components and shares out. Learning
 * and scoring both read sources through it, so that they can never disagree. Its memory is fixed
 * by the profile and the timing.
 */
export class SourceTracker {
  /** The row: rate per second or mean of each feature; NaN where a gauge was missing. */
  readonly x: Float64Array;
  /** The row in standard deviations from what the time of day would have; 0 where missing. */
  readonly z: Float64Array;
  /** {@link z} up to ten, its logarithm beyond: one wild metric must not blind the others. */
  readonly bent: Float64Array;
  /** Loss of the forecast per feature, summed over its last rows; empty without a forecast. */
  readonly losses: Float64Array;
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

  readonly #profile: SourceProfile;
  readonly #timing: Timing;
  readonly #ring: RowRing;
  readonly #axes: DenseMatrix | null;
  readonly #history: Float64Array;
  readonly #energy: Float64Array;
  readonly #loss: Float64Array;
  readonly #recentLosses: Float64Array;
  readonly #loadings: DenseMatrix | null;
  readonly #errorSd: Float64Array;
  readonly #seasons: readonly (Season | null)[];
  readonly #historyTicks: number;
  readonly #width: RowWidth;
  /** Sums of the places of the row, over the ticks that each part looks at. */
  readonly #sums: Float64Array;
  /** Per feature: in how many ticks of the row it was there; empty where all are counters. */
  readonly #counts: Uint32Array;
  /** Per feature: 1 where it is a gauge. */
  readonly #isGauge: Uint8Array;
  readonly #means: Float64Array;
  readonly #sds: Float64Array;
  readonly #foretold: Float64Array;
  #at = 0;
  #ticks = 0;
  #lossAt = 0;

  constructor(profile: SourceProfile, timing: Timing) {
    this.#profile = profile;
    this.#timing = timing;
    this.#ring = new RowRing(profile, Math.max(timing.rowTicks, timing.shareTicks));
    this.#axes = profile.axes ? unpackMatrix(profile.axes) : null;
    const features = profile.features.length;
    this.x = new Float64Array(features);
    this.z = new Float64Array(features);
    this.bent = new Float64Array(features);
    this.#seasons = profile.features.map(({ season }) => (season ? new Season(season) : null));
    this.#loadings = profile.forecast ? unpackMatrix(profile.forecast.loadings) : null;
    this.#errorSd = profile.forecast ? unpackMatrix(profile.forecast.sd).data : new Float64Array(0);
    this.losses = new Float64Array(this.#errorSd.length);
    this.components = new Float64Array(this.#axes?.rows ?? 0);
    this.mix = new Float64Array(profile.calls.length > 0 ? profile.calls.length + 1 : 0);
    this.shares = profile.histograms.map((h) => new Float64Array(h.buckets.length));
    this.sharesKnown = new Uint8Array(profile.histograms.length);
    this.#historyTicks = timing.historyRows * timing.rowTicks;
    this.#history = new Float64Array(this.#historyTicks * this.components.length);
    this.#energy = new Float64Array(this.#historyTicks);
    this.#loss = new Float64Array(this.#loadings ? this.#historyTicks : 0);
    this.#recentLosses = new Float64Array(this.losses.length * FORECAST_ROWS * timing.rowTicks);
    this.#foretold = new Float64Array(FORECAST_LAGS * this.components.length);
    this.#width = rowWidth(profile);
    this.#sums = new Float64Array(this.#width.total);
    this.#isGauge = Uint8Array.from(profile.features, ({ type }) => (type === 'gauge' ? 1 : 0));
    this.#counts = new Uint32Array(this.#isGauge.includes(1) ? features : 0);
    this.#means = Float64Array.from(profile.features, ({ mean }) => mean);
    this.#sds = Float64Array.from(profile.features, ({ sd }) => sd);
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
    this.#forecast();
    this.#mix();
    this.#buckets();
  }

  /** Closes the tick without a row: for those who look at every so many rows only. */
  skip(): void {
    this.#ticks++;
    this.#at = (this.#at + 1) % this.#historyTicks;
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
    return this.rowKnown && (!this.#profile.sporadic || this.active);
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
      const from = this.#slot(rows - 1 - row) * this.components.length;
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
    const place = this.#profile.features.length + index;
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
        best = this.#profile.histograms[index]?.buckets[i] ?? -1;
      }
    }
    return best;
  }

  /** What it knows, for a checkpoint: numbers and arrays in a fixed order. */
  state(): { readonly counters: readonly number[]; readonly arrays: readonly TypedState[] } {
    return {
      counters: [this.#at, this.#ticks, this.#ring.position, this.#lossAt],
      arrays: [this.#history, this.#energy, this.#loss, this.#recentLosses, ...this.#ring.state()],
    };
  }

  /** Takes up the counters of a {@link state} whose arrays were copied back into its arrays. */
  resume(counters: readonly number[]): void {
    this.#at = counters[0] ?? 0;
    this.#ticks = counters[1] ?? 0;
    this.#ring.position = counters[2] ?? 0;
    this.#lossAt = counters[3] ?? 0;
  }

  #meanOf(history: Float64Array, rows: number): number {
    let sum = 0;
    for (let row = rows - 1; row >= 0; row--) sum += history[this.#slot(row)] as number;
    return sum / rows;
  }

  /** The slot of the row that ended `back` rows ago. */
  #slot(back: number): number {
    const slot = this.#at - back * this.#timing.rowTicks;
    return slot < 0 ? slot + this.#historyTicks : slot;
  }

  #rates(ts: number): void {
    const ticks = Math.min(this.#timing.rowTicks, this.#ticks);
    const seconds = this.#ring.seconds(ticks);
    const { x, z, bent } = this;
    const sums = this.#sums;
    this.#ring.sums(0, x.length, ticks, sums);
    if (this.#counts.length > 0) this.#ring.counts(ticks, this.#counts);
    for (let i = 0; i < x.length; i++) {
      const sum = sums[i] as number;
      const value = this.#isGauge[i] === 1 ? meanOf(sum, this.#counts[i] as number) : sum / seconds;
      x[i] = value;
      const season = this.#seasons[i];
      const mean = this.#means[i] as number;
      const usual = season ? mean + season.at(ts) : mean;
      const deviation = Number.isNaN(value) ? 0 : (value - usual) / (this.#sds[i] as number);
      z[i] = deviation;
      bent[i] = bend(deviation);
    }
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

  #forecast(): void {
    const loadings = this.#loadings;
    if (!loadings) return;
    const { bent, losses } = this;
    const recent = this.#recentLosses;
    const features = losses.length;
    const { rowTicks } = this.#timing;
    const kept = FORECAST_ROWS * rowTicks;
    this.#lossAt = this.#lossAt + 1 === kept ? 0 : this.#lossAt + 1;
    const past = this.#pastComponents();
    const own = this.#lossAt * features;
    let loss = 0;
    for (let i = 0; i < features; i++) {
      let foretold = 0;
      const row = i * loadings.cols;
      for (let k = 0; k < past.length; k++) {
        foretold += (loadings.data[row + k] as number) * (past[k] as number);
      }
      const lost = forecastLoss(((bent[i] as number) - foretold) / (this.#errorSd[i] as number));
      recent[own + i] = lost;
      loss += lost;
    }
    this.#loss[this.#at] = loss / features;
    losses.fill(0);
    for (let row = 0; row < FORECAST_ROWS; row++) {
      const from = ((this.#lossAt - row * rowTicks + kept) % kept) * features;
      for (let i = 0; i < features; i++) {
        losses[i] = (losses[i] as number) + (recent[from + i] as number);
      }
    }
  }

  /** The components of the rows that a forecast looks back on, the newest first. */
  #pastComponents(): Float64Array {
    const past = this.#foretold;
    const width = this.components.length;
    for (let lag = 1; lag <= FORECAST_LAGS; lag++) {
      const from = this.#slot(lag) * width;
      const to = (lag - 1) * width;
      for (let k = 0; k < width; k++) past[to + k] = this.#history[from + k] as number;
    }
    return past;
  }

  #mix(): void {
    const ticks = Math.min(this.#timing.shareTicks, this.#ticks);
    this.#ring.sums(this.#width.calls, this.#width.total, ticks, this.#sums);
    if (this.mix.length === 0) return;
    this.mixKnown = this.#roots(this.#width.calls, ticks, this.mix);
  }

  #buckets(): void {
    const ticks = Math.min(this.#timing.shareTicks, this.#ticks);
    let at = this.#width.histograms;
    for (let i = 0; i < this.shares.length; i++) {
      const shares = this.shares[i] as Float64Array;
      this.sharesKnown[i] = this.#roots(at, ticks, shares) ? 1 : 0;
      at += shares.length;
    }
  }

  /** Square roots of the shares of consecutive places; false where too little was counted. */
  #roots(from: number, ticks: number, out: Float64Array): boolean {
    const sums = this.#sums;
    let total = 0;
    for (let j = 0; j < out.length; j++) total += sums[from + j] as number;
    for (let j = 0; j < out.length; j++) {
      const part = sums[from + j] as number;
      out[j] = total > 0 && part !== 0 ? Math.sqrt(part / total) : 0;
    }
    return ticks >= this.#timing.shareTicks && total >= MIN_CALLS;
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

/** An array that is part of a tracker's state. */
export type TypedState = Float64Array | Uint8Array;
