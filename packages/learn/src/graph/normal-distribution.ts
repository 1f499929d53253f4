/**
 * Quantile of the standard normal distribution by Acklam's rational approximation with one
 * Halley step on {@link normalTail}; relative error below 1e-9.
 * @param p probability, 0 < p < 1.
 */
export function normalQuantile(p: number): number {
  const low = 0.02425;
  let x: number;
  if (p < low) x = tailQuantile(Math.sqrt(-2 * Math.log(p)));
  else if (p > 1 - low) x = -tailQuantile(Math.sqrt(-2 * Math.log1p(-p)));
  else {
    const q = p - 0.5;
    const r = q * q;
    x =
      (((((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r +
        1.38357751867269e2) *
        r -
        3.066479806614716e1) *
        r +
        2.506628277459239) *
        q) as number) /
      (((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r +
        6.680131188771972e1) *
        r -
        1.328068155288572e1) *
        r +
        1);
  }
  const error = (x < 0 ? normalTail(-x) - p : 1 - normalTail(x) - p) || 0;
  const u = error * Math.sqrt(2 * Math.PI) * Math.exp((x * x) / 2);
  return x - u / (1 + (x * u) / 2);
}

function tailQuantile(q: number): number {
  return (
    (((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q -
      2.549732539343734) *
      q +
      4.374664141464968) *
      q +
      2.938163982698783) /
    ((((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q +
      3.754408661907416) *
      q +
      1)
  );
}

/**
 * Upper tail of the standard normal distribution, P(Z ≥ x), for x ≥ 0: a power series of the
 * error function below 2.5, Laplace's continued fraction (Abramowitz & Stegun 26.2.14) above.
 */
export function normalTail(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x < 2.5) {
    let term = x;
    let sum = x;
    for (let k = 1; k < 80 && term > sum * 1e-17; k++) {
      term *= (x * x) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = x;
  for (let k = 60; k >= 1; k--) fraction = x + k / fraction;
  return density / fraction;
}
