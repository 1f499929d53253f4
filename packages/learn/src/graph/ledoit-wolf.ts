import { type Columns, column, dot } from './columns.js';

/** A shrunk covariance of unit-variance columns. */
export interface ShrunkCovariance {
  /** Row-major `p × p`. */
  readonly covariance: Float64Array;
  /** 0 (the sample covariance) … 1 (a multiple of the identity). */
  readonly shrinkage: number;
}

/** Sample covariance XᵀX/n of centred columns, row-major `p × p`. Complexity: n p²/2. */
export function gram(x: Columns): Float64Array {
  const p = x.count;
  const s = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    const xi = column(x, i);
    for (let j = i; j < p; j++) {
      const value = dot(xi, column(x, j)) / x.rows;
      s[i * p + j] = value;
      s[j * p + i] = value;
    }
  }
  return s;
}

/**
 * Shrinks a sample covariance towards μI with the intensity of Ledoit & Wolf (2004), "A
 * well-conditioned estimator for large-dimensional covariance matrices".
 * @param x centred columns; `s` their {@link gram}.
 */
export function ledoitWolf(x: Columns, s: Float64Array): ShrunkCovariance {
  const { count: p, rows: n, values } = x;
  let trace = 0;
  let squares = 0;
  for (let i = 0; i < p; i++) trace += s[i * p + i] as number;
  for (const value of s) squares += value * value;
  const mu = trace / p;
  const rowNorms = new Float64Array(n);
  for (let i = 0; i < p; i++) {
    for (let t = 0; t < n; t++) {
      rowNorms[t] = (rowNorms[t] as number) + (values[i * n + t] as number) ** 2;
    }
  }
  const fourth = dot(rowNorms, rowNorms) / n;
  const distance = (squares - 2 * mu * trace + p * mu * mu) / p;
  const noise = Math.min((fourth - squares) / (n * p), distance);
  const shrinkage = distance > 0 ? Math.max(0, noise / distance) : 0;
  const covariance = Float64Array.from(s, (value) => value * (1 - shrinkage));
  for (let i = 0; i < p; i++) {
    covariance[i * p + i] = (covariance[i * p + i] as number) + shrinkage * mu;
  }
  return { covariance, shrinkage };
}

/** Lower Cholesky factor, row-major; `undefined` where the matrix is not positive definite. */
function cholesky(a: Float64Array, p: number): Float64Array | undefined {
  const l = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    const row = l.subarray(i * p, (i + 1) * p);
    for (let j = 0; j <= i; j++) {
      const other = l.subarray(j * p, j * p + j);
      const sum = (a[i * p + j] as number) - dot(other, row);
      if (i === j) {
        if (!(sum > 0)) return undefined;
        row[i] = Math.sqrt(sum);
      } else row[j] = sum / (l[j * p + j] as number);
    }
  }
  return l;
}

/** Whether a symmetric matrix is positive definite. Complexity: p³/6. */
export function isPositiveDefinite(a: Float64Array, p: number): boolean {
  return cholesky(a, p) !== undefined;
}

/**
 * Inverse of a symmetric positive definite matrix by Cholesky decomposition; `undefined` where
 * it is not positive definite. Row-major `p × p`. Complexity: p³.
 */
export function invertPositiveDefinite(a: Float64Array, p: number): Float64Array | undefined {
  const l = cholesky(a, p);
  if (!l) return undefined;
  // Row i of `m` becomes column i of L⁻¹, so that the products below run along rows.
  const m = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    m[i * p + i] = 1 / (l[i * p + i] as number);
    for (let j = i + 1; j < p; j++) {
      const sum = dot(l.subarray(j * p + i, j * p + j), m.subarray(i * p + i, i * p + j));
      m[i * p + j] = -sum / (l[j * p + j] as number);
    }
  }
  const inverse = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = i; j < p; j++) {
      const value = dot(m.subarray(i * p + j, (i + 1) * p), m.subarray(j * p + j, (j + 1) * p));
      inverse[i * p + j] = value;
      inverse[j * p + i] = value;
    }
  }
  return inverse;
}
