import { type Columns, column, dot } from './columns.js';

/** Longest lag whose autocorrelation counts, samples. */
const LONGEST = 400;

/**
 * By how much the variance of a pair's correlation exceeds that of white noise, ≥ 1:
 * Σ ρᵢ(l) ρⱼ(l) over all lags (Bartlett 1935). Two timers of one period correlate at every
 * multiple of it, related or not; their factor is large. Row-major `p × p`, symmetric.
 * Complexity: lags × p (n + p / 2).
 */
export function bartlettFactors(x: Columns): Float64Array {
  const { count: p, rows: n } = x;
  const lags = Math.min(LONGEST, Math.floor(n / 4));
  const rho = new Float64Array(p * lags);
  for (let i = 0; i < p; i++) {
    const xi = column(x, i);
    for (let lag = 1; lag <= lags; lag++) {
      rho[i * lags + lag - 1] = dot(xi.subarray(lag), xi.subarray(0, n - lag)) / n;
    }
  }
  const factors = new Float64Array(p * p).fill(1);
  for (let i = 0; i < p; i++) {
    const a = rho.subarray(i * lags, (i + 1) * lags);
    for (let j = i + 1; j < p; j++) {
      const factor = 1 + 2 * dot(a, rho.subarray(j * lags, (j + 1) * lags));
      factors[i * p + j] = factors[j * p + i] = Math.max(1, factor);
    }
  }
  return factors;
}
