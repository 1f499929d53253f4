import { compareSources, type Source, sourceKey } from '@ethogram/core';
import type { ReadQuery, SampleStore } from './store.js';

/** What a source did in a range of ticks. */
export interface SourceSummary {
  readonly source: Source;
  /** How many different metrics it showed. */
  readonly metrics: number;
  /** Ticks in which it showed any value. */
  readonly ticks: number;
  /** Share of its host's ticks in which it showed any value, 0 to 1. */
  readonly activeShare: number;
}

interface Counting {
  readonly source: Source;
  readonly metrics: Set<string>;
  ticks: number;
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
      };
      counted.set(key, known);
      return known;
    });
    const seenAt = new Int32Array(block.sources.length).fill(-1);
    for (let t = 0; t < block.seq.length; t++) {
      const end = block.rowStart[t + 1] as number;
      for (let at = block.rowStart[t] as number; at < end; at++) {
        const source = block.series[block.seriesIndex[at] as number]?.source as number;
        if (seenAt[source] === t) continue;
        seenAt[source] = t;
        (counting[source] as Counting).ticks++;
      }
    }
    for (const s of block.seriesIndex) {
      const series = block.series[s];
      if (series) counting[series.source]?.metrics.add(series.metric);
    }
  }
  return [...counted.values()]
    .map(({ source, metrics, ticks }) => ({
      source,
      metrics: metrics.size,
      ticks,
      activeShare: ticks / (ticksOf.get(source.host) ?? 1),
    }))
    .sort((a, b) =>
      a.source.host === b.source.host
        ? compareSources(a.source, b.source)
        : a.source.host < b.source.host
          ? -1
          : 1,
    );
}
