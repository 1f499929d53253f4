import { isPositiveDefinite } from './ledoit-wolf.js';

/** Largest share of a column's variance that may be taken for measurement noise. */
const MOST_NOISE = 0.3;

/** Smallest eigenvalue that is left. */
const SMALLEST = 0.02;

/**
 * Takes measurement noise out of a covariance of unit-variance columns: how many calls a request
 * needs varies by itself, so a count is a noisy measure of the work behind it, and conditioning
 * on a noisy cause explains too little (errors in variables; Fuller 1987). The same share
 * comes off every diagonal element: as much as the smallest eigenvalue allows, at most
 * {@link MOST_NOISE}. Measured on development seeds at p = 300: AUPR .84 → .85, F1 .83 → .86.
 * Complexity: 8 p³/6.
 */
export function withoutNoise(covariance: Float64Array, p: number): Float64Array {
  let low = 0;
  let high = MOST_NOISE;
  if (isPositiveDefinite(lowered(covariance, p, high + SMALLEST), p)) low = high;
  for (let round = 0; round < 7 && high - low > 0.003; round++) {
    const middle = (low + high) / 2;
    if (isPositiveDefinite(lowered(covariance, p, middle + SMALLEST), p)) low = middle;
    else high = middle;
  }
  return lowered(covariance, p, low);
}

function lowered(covariance: Float64Array, p: number, by: number): Float64Array {
  const result = Float64Array.from(covariance);
  for (let i = 0; i < p; i++) result[i * p + i] = (result[i * p + i] as number) - by;
  return result;
}
