import { type Columns, column, dot, sharedColumns, standardise } from './columns.js';
import { gram, invertPositiveDefinite, ledoitWolf } from './ledoit-wolf.js';

/** Below this product of correlations a third column changes nothing worth looking at. */
const NEGLIGIBLE = 1e-4;

/** Dependence on the recent past of others; row-major `p × p`, at (i, j) i's past on j. */
export interface DelayedDependence {
  /** Partial correlation of i's past with j, given the past of all others; ≥ 0. */
  readonly rho: Float64Array;
  /** Correlation of i's past with j given the past or the present of any one other, the weakest; ≥ 0. */
  readonly conditioned: Float64Array;
}

/**
 * The share of a delayed reaction that falls 0, 1, 2, … samples after its cause, for delays that
 * are gamma distributed with shape 2, as those of queues and write-back are.
 * @param mean mean delay in samples.
 */
export function delayKernel(mean: number): Float64Array {
  const steps = 20;
  const length = Math.max(2, Math.ceil(6 * mean) + 1);
  const kernel = new Float64Array(length);
  for (let start = 0; start < steps; start++) {
    for (let step = 0; step < length * steps; step++) {
      const delay = (step + 0.5) / steps;
      const at = Math.floor(start / steps + delay);
      const density = delay * Math.exp((-2 * delay) / mean);
      if (at < length) kernel[at] = (kernel[at] as number) + density;
    }
  }
  const sum = kernel.reduce((a, b) => a + b);
  return kernel.map((value) => value / sum);
}

/**
 * How each column's recent past, smoothed by {@link delayKernel}, acts on every other column:
 * regression on the smoothed past of all columns (Granger 1969), and the weakest first-order
 * conditioned correlation: given another's past (i acts at once on it, and it late on j) and given
 * its present (i acts late on it, and it at once on j). Only what rises together counts: prewhitening leaves negative echoes.
 * @param r0 correlations of the columns within one sample.
 * Complexity: 1.5 n p² + 3 p³.
 */
export function delayedDependence(
  x: Columns,
  meanDelay: number,
  r0: Float64Array,
): DelayedDependence {
  const { count: p, rows: n } = x;
  const past = smoothedPast(x, delayKernel(meanDelay));
  const among = gram(past);
  const cross = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) {
      if (i !== j) cross[i * p + j] = dot(column(past, i), column(x, j)) / n;
    }
  }
  const { covariance } = ledoitWolf(past, among);
  const inverse = invertPositiveDefinite(covariance, p);
  return {
    rho: inverse ? regress(inverse, cross, p) : new Float64Array(p * p),
    conditioned: conditionPast(among, cross, r0, p),
  };
}

function smoothedPast(x: Columns, kernel: Float64Array): Columns {
  const past = sharedColumns(x.rows, x.count);
  for (let i = 0; i < x.count; i++) {
    const from = column(x, i);
    const to = column(past, i);
    for (let lag = 0; lag < kernel.length; lag++) {
      const weight = kernel[lag] as number;
      for (let t = lag; t < x.rows; t++) {
        to[t] = (to[t] as number) + weight * (from[t - lag] as number);
      }
    }
    standardise(to);
  }
  return past;
}

/** Partial correlations of a regression from the inverse of its regressors' covariance. */
function regress(inverse: Float64Array, cross: Float64Array, p: number): Float64Array {
  // Columns of `cross` as rows, so that the products run along memory.
  const targets = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) targets[j * p + i] = cross[i * p + j] as number;
  }
  const rho = new Float64Array(p * p);
  const beta = new Float64Array(p);
  for (let j = 0; j < p; j++) {
    const target = targets.subarray(j * p, (j + 1) * p);
    for (let i = 0; i < p; i++) beta[i] = dot(inverse.subarray(i * p, (i + 1) * p), target);
    const unexplained = Math.max(1e-6, 1 - dot(beta, target));
    for (let i = 0; i < p; i++) {
      const t = (beta[i] as number) / Math.sqrt((inverse[i * p + i] as number) * unexplained);
      const agree = i !== j && t > 0 && (target[i] as number) > 0;
      rho[i * p + j] = agree ? t / Math.sqrt(1 + t * t) : 0;
    }
  }
  return rho;
}

function conditionPast(
  among: Float64Array,
  cross: Float64Array,
  r0: Float64Array,
  p: number,
): Float64Array {
  const [restAmong, restCross, restNow] = [rest(among), rest(cross), rest(r0)];
  const weakest = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    const row = i * p;
    for (let j = 0; j < p; j++) {
      const own = cross[row + j] as number;
      if (i === j || own <= 0) continue;
      let least = own;
      for (let k = 0; k < p && least > 0; k++) {
        if (k === i || k === j) continue;
        const kj = k * p + j;
        const past = (among[row + k] as number) * (cross[kj] as number);
        if (past > NEGLIGIBLE) {
          const left = (own - past) / ((restAmong[row + k] as number) * (restCross[kj] as number));
          if (left < least) least = Math.max(0, left);
        }
        const present = (cross[row + k] as number) * (r0[kj] as number);
        if (present > NEGLIGIBLE) {
          const left = (own - present) / ((restCross[row + k] as number) * (restNow[kj] as number));
          if (left < least) least = Math.max(0, left);
        }
      }
      weakest[row + j] = least;
    }
  }
  return weakest;
}

/** √(1 − r²) of every correlation. */
function rest(r: Float64Array): Float64Array {
  return Float64Array.from(r, (value) => Math.sqrt(Math.max(1e-9, 1 - value * value)));
}
