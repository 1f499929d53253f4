import {
  type Histogram,
  type Link,
  metricInfo,
  type SourceSample,
  sameBlock,
  sourceKey,
  type Tick,
} from '@ethogram/core';

/**
 * Merges ticks into longer ones that end in the same interval of the clock. Counters, histograms,
 * links and losses add up exactly; a gauge keeps its last value; a metric that the registry does
 * not know keeps its mean over time. Markers stay as they are. Merging in steps (1 s → 10 s →
 * 1 min) gives what merging at once would, but for the rounding of those means.
 * @param ticks ascending, of one host; boots and backends are never merged with each other.
 */
export function mergeIntervals(ticks: readonly Tick[], intervalMs: number): Tick[] {
  const merged: Tick[] = [];
  let group: Tick[] = [];
  const flush = (): void => {
    const [first] = group;
    if (first) merged.push(group.length === 1 ? first : mergeGroup(group));
    group = [];
  };
  for (const tick of ticks) {
    const first = group[0];
    if (
      first &&
      (intervalOf(first, intervalMs) !== intervalOf(tick, intervalMs) || !sameBlock(first, tick))
    ) {
      flush();
    }
    group.push(tick);
  }
  flush();
  return merged;
}

function intervalOf(tick: Tick, intervalMs: number): number {
  return Math.floor(tick.ts / intervalMs);
}

function mergeGroup(ticks: readonly Tick[]): Tick {
  const last = ticks.at(-1) as Tick;
  const lost: Record<string, number> = {};
  for (const tick of ticks) {
    for (const [cause, count] of Object.entries(tick.lost))
      lost[cause] = (lost[cause] ?? 0) + count;
  }
  return {
    ...last,
    intervalNs: ticks.reduce((sum, tick) => sum + tick.intervalNs, 0),
    samples: mergeSamples(ticks),
    links: mergeLinks(ticks),
    linkSnapshot: ticks.some((tick) => tick.linkSnapshot),
    markers: ticks.flatMap((tick) => tick.markers),
    lost,
  };
}

interface Merging {
  sample: SourceSample;
  readonly values: Map<string, number>;
  /** Time that unknown metrics were seen for, by metric, nanoseconds. */
  readonly seenNs: Map<string, number>;
  readonly histograms: Map<string, { scheme: string; counts: Map<number, number> }[]>;
}

function mergeSamples(ticks: readonly Tick[]): SourceSample[] {
  const merging = new Map<string, Merging>();
  for (const tick of ticks) {
    for (const sample of tick.samples) {
      const key = sourceKey(sample);
      const into = merging.get(key) ?? {
        sample,
        values: new Map(),
        seenNs: new Map(),
        histograms: new Map(),
      };
      merging.set(key, into);
      into.sample = sample.attributes || !into.sample.attributes ? sample : into.sample;
      for (const [metric, value] of sample.values) addValue(into, metric, value, tick.intervalNs);
      for (const [metric, histogram] of sample.histograms ?? [])
        addHistogram(into, metric, histogram);
    }
  }
  return [...merging.values()].map(({ sample, values, histograms }) => {
    const { kind, name, attributes } = sample;
    // Two schemes of one metric cannot stand in one sample: the newer one stays.
    const newest = new Map<string, Histogram>();
    for (const [metric, list] of histograms) for (const entry of list) newest.set(metric, entry);
    return {
      kind,
      name,
      values,
      ...(newest.size > 0 ? { histograms: newest } : {}),
      ...(attributes ? { attributes } : {}),
    };
  });
}

function addValue(into: Merging, metric: string, value: number, intervalNs: number): void {
  const before = into.values.get(metric);
  const type = metricInfo(metric)?.type;
  if (type === 'counter') into.values.set(metric, (before ?? 0) + value);
  else if (type === 'gauge') into.values.set(metric, value);
  else {
    const seen = into.seenNs.get(metric) ?? 0;
    const total = seen + intervalNs;
    const mean =
      before === undefined || total === 0
        ? value
        : before + ((value - before) * intervalNs) / total;
    into.values.set(metric, mean);
    into.seenNs.set(metric, total);
  }
}

function addHistogram(into: Merging, metric: string, histogram: Histogram): void {
  const list = into.histograms.get(metric) ?? [];
  into.histograms.set(metric, list);
  let same = list.find((entry) => entry.scheme === histogram.scheme);
  if (!same) {
    same = { scheme: histogram.scheme, counts: new Map() };
    list.push(same);
  }
  for (const [bucket, count] of histogram.counts) {
    same.counts.set(bucket, (same.counts.get(bucket) ?? 0) + count);
  }
}

function mergeLinks(ticks: readonly Tick[]): Link[] {
  const merged = new Map<string, Link>();
  for (const link of ticks.flatMap((tick) => tick.links)) {
    const key = JSON.stringify([link.kind, sourceKey(link.from), sourceKey(link.to)]);
    const before = merged.get(key);
    merged.set(key, {
      from: link.from,
      to: link.to,
      kind: link.kind,
      opened: (before?.opened ?? 0) + link.opened,
      closed: (before?.closed ?? 0) + link.closed,
      events: (before?.events ?? 0) + link.events,
      bytes: (before?.bytes ?? 0) + link.bytes,
    });
  }
  return [...merged.values()];
}
