import { metricInfo, type SourceKind, type SourceSample, type Tick } from '@ethogram/core';
import { slotStart } from '../../chunk/slot-value.js';
import { idOf } from './documents.js';
import type { MergedBuckets, MergedId, MergedSource, MergedValues } from './merge-pipelines.js';

/** Samples of merged ticks, by {@link idKey}, with the metrics that the registry knows. */
export function samplesByTick(
  sources: readonly MergedSource[],
  values: readonly MergedValues[],
  buckets: readonly MergedBuckets[],
): Map<string, SourceSample[]> {
  const valuesOf = new Map(values.map(({ _id, m }) => [sourceKeyOf(_id), m]));
  const bucketsOf = new Map<string, MergedBuckets[]>();
  for (const entry of buckets) {
    const key = sourceKeyOf(entry._id);
    bucketsOf.set(key, [...(bucketsOf.get(key) ?? []), entry]);
  }
  const ticks = new Map<string, SourceSample[]>();
  for (const { _id, newest } of sources) {
    const key = sourceKeyOf(_id);
    const histograms = histogramsFrom(bucketsOf.get(key) ?? []);
    const sample = {
      kind: _id.kind as SourceKind,
      name: _id.name,
      values: new Map(
        (valuesOf.get(key) ?? [])
          .filter(({ k }) => addsUpOrStays(k))
          .map(({ k, sum, last }) => [k, metricInfo(k)?.type === 'counter' ? sum : last] as const),
      ),
      ...(histograms.size > 0 ? { histograms } : {}),
      ...(newest.a ? { attributes: Object.fromEntries(newest.a.map(({ k, v }) => [k, v])) } : {}),
    };
    const tick = ticks.get(idKey(_id));
    if (tick) tick.push(sample);
    else ticks.set(idKey(_id), [sample]);
  }
  return ticks;
}

/** Of several schemes of one metric the one that came last, as retention has it. */
function histogramsFrom(
  entries: readonly MergedBuckets[],
): NonNullable<SourceSample['histograms']> {
  const firstOf = ({ b }: MergedBuckets): number => Math.min(...b.map(({ first }) => first));
  const ordered = [...entries].sort((a, b) => firstOf(a) - firstOf(b));
  return new Map(
    ordered.map(({ _id, b }) => [
      _id.k,
      { scheme: _id.s, counts: new Map(b.map(({ b: bucket, c }) => [bucket, c] as const)) },
    ]),
  );
}

/** A sample together with what was merged here of the same source. */
export function withWeighed(sample: SourceSample, weighed: Tick['samples']): SourceSample {
  const own = weighed.find(({ kind, name }) => kind === sample.kind && name === sample.name);
  return own ? { ...sample, values: new Map([...sample.values, ...own.values]) } : sample;
}

/** Whether a server can merge a metric: a sum, or the last value. */
export function addsUpOrStays(metric: string): boolean {
  const type = metricInfo(metric)?.type;
  return type === 'counter' || type === 'gauge';
}

/** Names a merged tick: its interval and its boot. */
export function tickKey({ ts, boot }: Pick<Tick, 'ts' | 'boot'>, stepMs: number): string {
  return idOf(slotStart(ts, stepMs), boot);
}

/** The same, of what the server sends. */
export function idKey({ t, boot }: MergedId): string {
  return idOf(t.getTime(), boot);
}

function sourceKeyOf({ t, boot, kind, name }: MergedId): string {
  return idOf(t.getTime(), boot, kind, name);
}
