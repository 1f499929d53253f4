import { type Columns, column, dot, sharedColumns } from './columns.js';

/** Longest lag whose autocorrelation counts, samples. */
const LONGEST = 400;

/**
 * By how much the variance of a pair's correlation exceeds that of white noise, ≥ 1:
 * Σ ρᵢ(l) ρⱼ(l) over all lags (Bartlett 1935). Two timers of one period correlate at every
 * multiple of it, related or not; their factor is large. Row-major `p × p`, symmetric.
 * Complexity: lags × p (lags + p) / 2.
 * @param circular of the columns or of any that they are circular shifts of.
 */
export function bartlettFactors(x: Columns, circular = circularProducts(x)): Float64Array {
  const { count: p, rows: n } = x;
  const lags = circular.rows;
  const rho = new Float64Array(p * lags);
  for (let i = 0; i < p; i++) {
    const xi = column(x, i);
    const whole = column(circular, i);
    for (let lag = 1; lag <= lags; lag++) {
      rho[i * lags + lag - 1] = ((whole[lag - 1] as number) - acrossTheEnd(xi, lag)) / n;
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

/**
 * Σ x(t) x(t + l mod n) of every column, lags × columns: no circular shift of a column changes
 * them, so that all shifted replicates of a null distribution share what costs most.
 * Complexity: lags × p × n.
 */
export function circularProducts(x: Columns): Columns {
  const { count: p, rows: n } = x;
  const lags = Math.min(LONGEST, Math.floor(n / 4));
  const products = sharedColumns(lags, p);
  for (let i = 0; i < p; i++) {
    const xi = column(x, i);
    const out = column(products, i);
    for (let lag = 1; lag <= lags; lag++) {
      out[lag - 1] = dot(xi.subarray(lag), xi.subarray(0, n - lag)) + acrossTheEnd(xi, lag);
    }
  }
  return products;
}

/** What of a circular product pairs the end of a column with its beginning. */
function acrossTheEnd(x: Float64Array, lag: number): number {
  let sum = 0;
  for (let k = 0, from = x.length - lag; k < lag; k++) {
    sum += (x[k] as number) * (x[from + k] as number);
  }
  return sum;
}
