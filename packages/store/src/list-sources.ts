import { compareSources, metricInfo, type Source, sourceKey } from '@ethogram/core';
import type { ReadQuery, SampleStore } from './store.js';

/** What a source did in a range of ticks. */
export interface SourceSummary {
  readonly source: Source;
  /** How many different metrics it showed. */
  readonly metrics: number;
  /** Ticks in which it showed any value. */
  readonly ticks: number;
  /**
   * Share of its host's ticks in which it did something, 0 to 1: a counter moved, a distribution
   * grew, or a metric that the registry does not know was not zero. Being there is not doing.
   */
  readonly activeShare: number;
}

interface Counting {
  readonly source: Source;
  readonly metrics: Set<string>;
  ticks: number;
  active: number;
}

/** Reads a query and says of each source how much of it there is; by host, then kind and name. */
export async function listSources(
  samples: SampleStore,
  query: ReadQuery = {},
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly SourceSummary[]> {
  const counted = new Map<string, Counting>();
  const ticksOf = new Map<string, number>();
  for await (const block of samples.read(query, options)) {
    ticksOf.set(block.host, (ticksOf.get(block.host) ?? 0) + block.seq.length);
    const counting = block.sources.map(({ kind, name }) => {
      const key = JSON.stringify([block.host, sourceKey({ kind, name })]);
      const known = counted.get(key) ?? {
        source: { host: block.host, kind, name },
        metrics: new Set<string>(),
        ticks: 0,
        active: 0,
      };
      counted.set(key, known);
      return known;
    });
    const isGauge = block.series.map(({ metric }) => metricInfo(metric)?.type === 'gauge');
    const seenAt = new Int32Array(block.sources.length).fill(-1);
    const activeAt = new Int32Array(block.sources.length).fill(-1);
    for (let t = 0; t < block.seq.length; t++) {
      const end = block.rowStart[t + 1] as number;
      for (let at = block.rowStart[t] as number; at < end; at++) {
        const series = block.seriesIndex[at] as number;
        const source = block.series[series]?.source as number;
        const counts = counting[source] as Counting;
        if (seenAt[source] !== t) counts.ticks++;
        seenAt[source] = t;
        if (isGauge[series] || block.values[at] === 0) continue;
        if (activeAt[source] !== t) counts.active++;
        activeAt[source] = t;
      }
    }
    for (const s of block.seriesIndex) {
      const series = block.series[s];
      if (series) counting[series.source]?.metrics.add(series.metric);
    }
  }
  return [...counted.values()]
    .map(({ source, metrics, ticks, active }) => ({
      source,
      metrics: metrics.size,
      ticks,
      activeShare: active / (ticksOf.get(source.host) ?? 1),
    }))
    .sort((a, b) =>
      a.source.host === b.source.host
        ? compareSources(a.source, b.source)
        : a.source.host < b.source.host
          ? -1
          : 1,
    );
}
