import type { SeriesId } from '@ethogram/core';

/** Series remembered at most; beyond it all are forgotten and looked at anew. */
const MOST = 2048;

/**
 * Remembers what was made of a series of one source, by metric and bucket: live blocks hold one
 * tick each, and what its series mean is the same every time. Memory is bounded.
 */
export class SeriesMemo<T> {
  readonly #look: (series: SeriesId) => T;
  readonly #plain = new Map<string, T>();
  readonly #buckets = new Map<string, Map<number, T>>();
  #size = 0;

  /** @param look what a series means; called once per metric and bucket, of whatever scheme. */
  constructor(look: (series: SeriesId) => T) {
    this.#look = look;
  }

  /** What a series means. */
  of(series: SeriesId): T {
    const { metric, bucket } = series;
    if (bucket === undefined) {
      return this.#plain.get(metric) ?? this.#remember(this.#plain, metric, series);
    }
    let buckets = this.#buckets.get(metric);
    if (!buckets) {
      buckets = new Map();
      this.#buckets.set(metric, buckets);
    }
    return buckets.get(bucket) ?? this.#remember(buckets, bucket, series);
  }

  #remember<Key>(into: Map<Key, T>, key: Key, series: SeriesId): T {
    const found = this.#look(series);
    if (this.#size++ >= MOST) {
      this.#plain.clear();
      this.#buckets.clear();
      this.#size = 0;
    } else into.set(key, found);
    return found;
  }
}
