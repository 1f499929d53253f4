import {
  type Histogram,
  metricInfo,
  type SourceId,
  type SourceSample,
  sourceKey,
} from '@ethogram/core';

interface OpenSample extends SourceId {
  readonly values: Map<string, number>;
  readonly histograms: Map<
    string,
    { readonly scheme: string; readonly counts: Map<number, number> }
  >;
}

/** Gathers the values of one tick, source by source. */
export class SampleBuilder {
  readonly #samples = new Map<string, OpenSample>();

  /**
   * Adds one value. A zero of a counter that the registry knows is left out, since a counter
   * that is not there is zero; every other zero is a value.
   * @returns false where the tick already has that metric of that source.
   */
  add(source: SourceId, metric: string, value: number): boolean {
    const { values } = this.#sample(source);
    if (values.has(metric)) return false;
    const isSilent =
      value === 0 && source.kind !== 'custom' && metricInfo(metric)?.type === 'counter';
    if (!isSilent) values.set(metric, value === 0 ? 0 : value);
    return true;
  }

  /**
   * Adds the count of one bucket.
   * @returns false where the tick has that bucket already, or another scheme for that metric.
   */
  addBucket(source: SourceId, metric: string, scheme: string, bucket: number, n: number): boolean {
    const { histograms } = this.#sample(source);
    let histogram = histograms.get(metric);
    if (!histogram) {
      histogram = { scheme, counts: new Map() };
      histograms.set(metric, histogram);
    }
    if (histogram.scheme !== scheme || histogram.counts.has(bucket)) return false;
    histogram.counts.set(bucket, n);
    return true;
  }

  /**
   * Adds a whole distribution; one without a count is nothing.
   * @returns false where the tick already has that metric of that source.
   */
  addHistogram(source: SourceId, metric: string, { scheme, counts }: Histogram): boolean {
    const { histograms } = this.#sample(source);
    if (histograms.has(metric)) return false;
    if (counts.size > 0) histograms.set(metric, { scheme, counts: new Map(counts) });
    return true;
  }

  /** The samples so far; those without a value are left out. */
  build(): SourceSample[] {
    const samples: SourceSample[] = [];
    for (const { kind, name, values, histograms } of this.#samples.values()) {
      if (values.size === 0 && histograms.size === 0) continue;
      const some: ReadonlyMap<string, Histogram> = histograms;
      samples.push({ kind, name, values, ...(some.size > 0 ? { histograms: some } : {}) });
    }
    return samples;
  }

  #sample(source: SourceId): OpenSample {
    const key = sourceKey(source);
    let sample = this.#samples.get(key);
    if (!sample) {
      sample = { kind: source.kind, name: source.name, values: new Map(), histograms: new Map() };
      this.#samples.set(key, sample);
    }
    return sample;
  }
}
