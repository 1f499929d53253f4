/**
 * Keeps an even sample of a stream of vectors within a fixed number of places: when it is full it
 * drops every second one and takes half as many from then on.
 */
export class Sampler {
  readonly #most: number;
  #kept: Float32Array[] = [];
  #stride = 1;
  #seen = 0;

  /** @param most places, at least 2. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Offers a vector; it is copied where it is kept. */
  offer(vector: Float64Array): void {
    if (this.#seen++ % this.#stride !== 0) return;
    if (this.#kept.length >= this.#most) {
      this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
      this.#stride *= 2;
      if ((this.#seen - 1) % this.#stride !== 0) return;
    }
    this.#kept.push(Float32Array.from(vector));
  }

  /** Vectors offered so far. */
  get seen(): number {
    return this.#seen;
  }

  /** The sample, in order. */
  vectors(): readonly Float32Array[] {
    return this.#kept;
  }
}
