import { FORECAST_LAGS, FORECAST_ROWS, forecastLoss } from './forecast-loss.js';
import { type DenseMatrix, unpackMatrix } from './packed-matrix.js';
import type { SourceProfile, Timing } from './profile.js';

/**
 * Follows how well the rows of a source are foretold by the components of the rows before them.
 * Does nothing where the profile has no forecast.
 */
export class ForecastTracker {
  /** Loss per feature, summed over the last rows; empty without a forecast. */
  readonly losses: Float64Array;
  /** Loss per feature of each tick of those rows, a ring: part of a tracker's state. */
  readonly recent: Float64Array;
  /** Place of the last tick in {@link recent}. */
  position = 0;

  readonly #loadings: DenseMatrix | null;
  readonly #errorSd: Float64Array;
  readonly #past: Float64Array;
  readonly #rowTicks: number;

  constructor({ forecast, axes }: SourceProfile, { rowTicks }: Timing) {
    this.#loadings = forecast ? unpackMatrix(forecast.loadings) : null;
    this.#errorSd = forecast ? unpackMatrix(forecast.sd).data : new Float64Array(0);
    this.#past = new Float64Array(FORECAST_LAGS * (axes?.rows ?? 0));
    this.#rowTicks = rowTicks;
    this.losses = new Float64Array(this.#errorSd.length);
    this.recent = new Float64Array(this.losses.length * FORECAST_ROWS * rowTicks);
  }

  /** Whether the profile has one. */
  get known(): boolean {
    return this.#loadings !== null;
  }

  /**
   * Holds a row against what the rows before it foretold.
   * @param bent the row; @param history components of past rows, one after the other.
   * @param from where in the history the row so many rows ago begins.
   * @returns the mean loss of the features.
   */
  follow(bent: Float64Array, history: Float64Array, from: (lag: number) => number): number {
    const loadings = this.#loadings;
    if (!loadings) return 0;
    const { losses, recent } = this;
    const features = losses.length;
    const kept = FORECAST_ROWS * this.#rowTicks;
    this.position = this.position + 1 === kept ? 0 : this.position + 1;
    const past = this.#lookBack(history, from);
    const own = this.position * features;
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
    losses.fill(0);
    for (let row = 0; row < FORECAST_ROWS; row++) {
      const at = ((this.position - row * this.#rowTicks + kept) % kept) * features;
      for (let i = 0; i < features; i++) {
        losses[i] = (losses[i] as number) + (recent[at + i] as number);
      }
    }
    return loss / features;
  }

  /** The components of the rows that a forecast looks back on, the newest first. */
  #lookBack(history: Float64Array, from: (lag: number) => number): Float64Array {
    const past = this.#past;
    const width = past.length / FORECAST_LAGS;
    for (let lag = 1; lag <= FORECAST_LAGS; lag++) {
      const begin = from(lag);
      const to = (lag - 1) * width;
      for (let k = 0; k < width; k++) past[to + k] = history[begin + k] as number;
    }
    return past;
  }
}
