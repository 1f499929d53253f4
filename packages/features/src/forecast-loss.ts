import type { PackedMatrix } from './packed-matrix.js';

/** Rows that the next one is foretold from. */
export const FORECAST_LAGS = 3;
/** Rows over which the surprise is averaged: one odd row is noise, three are news. */
export const FORECAST_ROWS = 3;
/** Errors in standard deviations up to here count by their square, larger ones by their logarithm. */
export const FORECAST_BEND = 5;

/** A linear autoregression of the features on the principal components of the rows before. */
export interface ForecastPart {
  /** Features × (lags × components), the latest lag first. */
  readonly loadings: PackedMatrix;
  /** Standard deviation of what it does not foretell, one per feature. */
  readonly sd: PackedMatrix;
}

/** Cauchy's loss of one error in standard deviations (Black & Anandan 1996). */
export function forecastLoss(error: number): number {
  return Math.log1p((error / FORECAST_BEND) ** 2);
}
