/** Sums of rows around a shift: mean, covariance, and range. Its size depends on the features only. */
export class Moments {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly #sum: Float64Array;
  readonly #products: Float64Array;
  readonly #d: number;
  #n = 0;

  constructor(features: number) {
    this.#d = features;
    this.min = new Float64Array(features).fill(Number.POSITIVE_INFINITY);
    this.max = new Float64Array(features).fill(Number.NEGATIVE_INFINITY);
    this.#sum = new Float64Array(features);
    this.#products = new Float64Array(features * features);
  }

  /** Rows added. */
  get rows(): number {
    return this.#n;
  }

  /** Adds a row of differences from the shift. Complexity: O(features²). */
  add(row: Float64Array): void {
    this.#n++;
    const d = this.#d;
    for (let i = 0; i < d; i++) {
      const value = row[i] as number;
      if (value === 0) continue;
      this.#sum[i] = (this.#sum[i] as number) + value;
      for (let j = i; j < d; j++) {
        const at = i * d + j;
        this.#products[at] = (this.#products[at] as number) + value * (row[j] as number);
      }
    }
  }

  /** Widens the range seen; NaN is passed over. */
  widen(row: Float64Array): void {
    for (let i = 0; i < this.#d; i++) {
      const value = row[i] as number;
      if (value < (this.min[i] as number)) this.min[i] = value;
      if (value > (this.max[i] as number)) this.max[i] = value;
    }
  }

  /** Mean difference from the shift, per feature. */
  mean(): Float64Array {
    return this.#sum.map((sum) => sum / Math.max(1, this.#n));
  }

  /** Covariance matrix (divisor n − 1), features × features, row-major, symmetric. */
  covariance(): Float64Array {
    const d = this.#d;
    const mean = this.mean();
    const out = new Float64Array(d * d);
    for (let i = 0; i < d; i++) {
      for (let j = i; j < d; j++) {
        const product = this.#products[i * d + j] as number;
        const value =
          (product - this.#n * (mean[i] as number) * (mean[j] as number)) /
          Math.max(1, this.#n - 1);
        out[i * d + j] = value;
        out[j * d + i] = value;
      }
    }
    return out;
  }
}
