/** Where a tick's values go: the bins that it covers, evenly. */
export interface Cover {
  first: number;
  last: number;
}

/** Sums per bin. */
export class BinnedSum {
  readonly values: Float64Array;
  total = 0;

  constructor(bins: number) {
    this.values = new Float64Array(bins);
  }

  add({ first, last }: Cover, value: number): void {
    this.total += value;
    const share = value / (last - first + 1);
    for (let i = first; i <= last; i++) this.values[i] = (this.values[i] as number) + share;
  }

  /** Per second; NaN where no time was measured. */
  rates(seconds: Float64Array, unit = 1): Float64Array {
    return this.values.map((value, i) => {
      const length = seconds[i] as number;
      return length > 0 ? value / unit / length : Number.NaN;
    });
  }
}

/** Means per bin of values that may be missing. */
export class BinnedMean {
  readonly #sum: Float64Array;
  readonly #count: Uint32Array;

  constructor(bins: number) {
    this.#sum = new Float64Array(bins);
    this.#count = new Uint32Array(bins);
  }

  add({ first, last }: Cover, value: number): void {
    for (let i = first; i <= last; i++) {
      this.#sum[i] = (this.#sum[i] as number) + value;
      this.#count[i] = (this.#count[i] as number) + 1;
    }
  }

  means(): Float64Array {
    return this.#sum.map((sum, i) => sum / (this.#count[i] as number));
  }
}
