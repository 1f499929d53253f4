import { dot } from './columns.js';

/** An autoregressive model: `x[t] ≈ Σ coefficients[k] x[t − 1 − k]`. */
export interface Autoregression {
  readonly coefficients: Float64Array;
  /** Variance of what remains, in units of the variance of the input. */
  readonly noise: number;
}

/**
 * Fits autoregressions of every order up to `maxOrder` by Levinson–Durbin recursion on the
 * biased autocovariances and keeps the one of the smallest BIC, n ln σ² + k ln n.
 * @param x zero mean, at least `maxOrder + 1` values.
 */
export function fitAutoregression(x: Float64Array, maxOrder: number): Autoregression {
  const n = x.length;
  const c = Float64Array.from(
    { length: maxOrder + 1 },
    (_, k) => dot(x.subarray(k), x.subarray(0, n - k)) / n,
  );
  const variance = c[0] as number;
  let best: Autoregression = { coefficients: new Float64Array(0), noise: 1 };
  if (variance <= 0) return best;
  let bestBic = 0;
  let phi = new Float64Array(0);
  let noise = variance;
  for (let order = 1; order <= maxOrder; order++) {
    let sum = c[order] as number;
    for (let k = 0; k < order - 1; k++) sum -= (phi[k] as number) * (c[order - 1 - k] as number);
    const reflection = sum / noise;
    const next = new Float64Array(order);
    for (let k = 0; k < order - 1; k++) {
      next[k] = (phi[k] as number) - reflection * (phi[order - 2 - k] as number);
    }
    next[order - 1] = reflection;
    noise *= 1 - reflection * reflection;
    if (!(noise > variance * 1e-12)) break;
    phi = next;
    const bic = n * Math.log(noise / variance) + order * Math.log(n);
    if (bic < bestBic) {
      bestBic = bic;
      best = { coefficients: phi, noise: noise / variance };
    }
  }
  return best;
}

/**
 * What an autoregression could not foretell, for `t ≥ skip`.
 * @param skip at least the order of the model.
 */
export function innovations(
  x: Float64Array,
  model: Autoregression,
  skip: number,
  into: Float64Array,
): void {
  const { coefficients } = model;
  for (let t = skip; t < x.length; t++) {
    let value = x[t] as number;
    for (let k = 0; k < coefficients.length; k++) {
      value -= (coefficients[k] as number) * (x[t - 1 - k] as number);
    }
    into[t - skip] = value;
  }
}
