import { type Columns, column, dot } from './columns.js';
import { graphicalLasso, partialCorrelations } from './graphical-lasso.js';
import { gram, invertPositiveDefinite, ledoitWolf } from './ledoit-wolf.js';

/** What is known of every pair of columns; all matrices row-major `p × p`. */
export interface PairStatistics {
  readonly p: number;
  /** What pairs are ranked by: 0 … 1, symmetric. */
  readonly strength: Float64Array;
  /** Partial correlation from the shrunk covariance, symmetric. */
  readonly rho: Float64Array;
  /** Correlation at lag 0, symmetric. */
  readonly r0: Float64Array;
  /** Correlation at the best lag, symmetric. */
  readonly r: Float64Array;
  /** Best lag in samples: positive at (i, j) where i moves first; antisymmetric. */
  readonly lag: Int8Array;
  /** Precision matrix of the graphical lasso. */
  readonly precision: Float64Array;
  readonly shrinkage: number;
}

/** Settings of {@link pairStatistics}. */
export interface PairOptions {
  /** Penalty of the graphical lasso. */
  readonly lambda: number;
  /** Largest lag looked at, samples. */
  readonly maxLag: number;
}

/**
 * Direct dependence of every pair of unit-variance innovations: the graphical lasso's partial
 * correlation plus half of the weakest lag-aligned correlation that remains after conditioning
 * on any one other column, rescaled to 0 … 1.
 * Complexity: (maxLag + ½) n p² + maxLag p³.
 */
export function pairStatistics(x: Columns, options: PairOptions): PairStatistics {
  const p = x.count;
  const lagged = laggedCorrelations(x, options.maxLag);
  const r0 = lagged[0] as Float64Array;
  const { covariance, shrinkage } = ledoitWolf(x, r0);
  const inverse = invertPositiveDefinite(covariance, p);
  const rho = inverse ? partialCorrelations(inverse, p) : new Float64Array(p * p);
  const { precision } = graphicalLasso(covariance, p, options.lambda);
  const sparse = partialCorrelations(precision, p);
  const { r, lag } = alignLags(lagged, p);
  const conditioned = weakestConditioned(lagged, r, lag, p);
  const strength = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) {
      const at = i * p + j;
      if (i !== j) {
        strength[at] =
          (Math.abs(sparse[at] as number) + 0.5 * Math.abs(conditioned[at] as number)) / 1.5;
      }
    }
  }
  return { p, strength, rho, r0, r, lag, precision, shrinkage };
}

/** Correlations `[l][i, j] = corr(xᵢ(t), xⱼ(t + l))` for l = 0 … maxLag. */
function laggedCorrelations(x: Columns, maxLag: number): Float64Array[] {
  const { count: p, rows: n } = x;
  const lagged = [gram(x)];
  for (let l = 1; l <= maxLag; l++) {
    const c = new Float64Array(p * p);
    for (let i = 0; i < p; i++) {
      const xi = column(x, i).subarray(0, n - l);
      for (let j = 0; j < p; j++) {
        if (i !== j) c[i * p + j] = dot(xi, column(x, j).subarray(l)) / n;
      }
    }
    lagged.push(c);
  }
  return lagged;
}

function alignLags(lagged: readonly Float64Array[], p: number) {
  const r = new Float64Array(p * p);
  const lag = new Int8Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = i + 1; j < p; j++) {
      let best = (lagged[0] as Float64Array)[i * p + j] as number;
      let bestLag = 0;
      for (let l = 1; l < lagged.length; l++) {
        const c = lagged[l] as Float64Array;
        const ahead = c[i * p + j] as number;
        const behind = c[j * p + i] as number;
        if (Math.abs(ahead) > Math.abs(best)) [best, bestLag] = [ahead, l];
        if (Math.abs(behind) > Math.abs(best)) [best, bestLag] = [behind, -l];
      }
      r[i * p + j] = r[j * p + i] = best;
      lag[i * p + j] = bestLag;
      lag[j * p + i] = -bestLag;
    }
  }
  return { r, lag };
}

/**
 * For every pair the weakest of its correlations given one other column k, all three aligned
 * at the pair's best lag L: k is looked at where corr(xᵢ(t), x_k(t + l)) corr(x_k(t + l),
 * xⱼ(t + L)) is largest over l.
 */
function weakestConditioned(
  lagged: readonly Float64Array[],
  r: Float64Array,
  lag: Int8Array,
  p: number,
): Float64Array {
  const maxLag = lagged.length - 1;
  const at = (l: number, i: number, k: number): number =>
    (l >= 0
      ? (lagged[l] as Float64Array)[i * p + k]
      : (lagged[-l] as Float64Array)[k * p + i]) as number;
  const weakest = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = i + 1; j < p; j++) {
      const rij = r[i * p + j] as number;
      const lagIj = lag[i * p + j] as number;
      const from = Math.max(-maxLag, lagIj - maxLag);
      const to = Math.min(maxLag, lagIj + maxLag);
      let least = rij;
      for (let k = 0; k < p; k++) {
        if (k === i || k === j) continue;
        const rik0 = r[i * p + k] as number;
        const rkj0 = r[k * p + j] as number;
        if (Math.abs(rik0 * rkj0) < 0.01) continue;
        let product = 0;
        let a = 0;
        let b = 0;
        for (let l = from; l <= to; l++) {
          const ik = at(l, i, k);
          const kj = at(lagIj - l, k, j);
          if (ik * kj * rij > product) [product, a, b] = [ik * kj * rij, ik, kj];
        }
        const rest = (rij - a * b) / Math.sqrt(Math.max(1e-9, (1 - a * a) * (1 - b * b)));
        const kept = rest * rij > 0 ? rest : 0;
        if (Math.abs(kept) < Math.abs(least)) least = kept;
      }
      weakest[i * p + j] = weakest[j * p + i] = least;
    }
  }
  return weakest;
}
