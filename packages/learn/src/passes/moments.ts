import type { Kernels } from '../kernels/kernels.js';

/** Rows that are gathered before their products are added. */
const BATCH = 256;

/** Sums of rows around a shift: mean, covariance, and range. Its size depends on the features only. */
export class Moments {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly #sum: Float64Array;
  readonly #products: Float64Array;
  readonly #batch: Float64Array;
  readonly #d: number;
  readonly #kernels: Kernels;
  #n = 0;
  #waiting = 0;

  constructor(features: number, kernels: Kernels) {
    this.#d = features;
    this.#kernels = kernels;
    this.min = new Float64Array(features).fill(Number.POSITIVE_INFINITY);
    this.max = new Float64Array(features).fill(Number.NEGATIVE_INFINITY);
    this.#sum = new Float64Array(features);
    this.#products = new Float64Array(features * features);
    this.#batch = new Float64Array(BATCH * features);
  }

  /** Rows added. */
  get rows(): number {
    return this.#n;
  }

  /** Adds a row of differences from the shift. Complexity: O(features²). */
  add(row: Float64Array): void {
    const d = this.#d;
    for (let i = 0; i < d; i++) this.#sum[i] = (this.#sum[i] as number) + (row[i] as number);
    this.#batch.set(row, this.#waiting * d);
    this.#n++;
    this.#waiting++;
    if (this.#waiting === BATCH) this.#addProducts();
  }

  #addProducts(): void {
    const d = this.#d;
    if (this.#waiting === 0 || d === 0) return;
    const gram = this.#kernels.gram(this.#batch.subarray(0, this.#waiting * d), d);
    for (let at = 0; at < gram.length; at++) {
      this.#products[at] = (this.#products[at] as number) + (gram[at] as number);
    }
    this.#waiting = 0;
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
    this.#addProducts();
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
