import { type Block, metricInfo, sourceKey, syscallMetric, type TimeRange } from '@ethogram/core';
import { inGroups, REGROUPINGS } from '@ethogram/features';
import type { ExplainedSeries } from '@ethogram/report';
import type { AnomalyRecord } from '@ethogram/score';
import type { Store } from '@ethogram/store';

/** So much before and after an anomaly is shown: what an incident pins. */
const AROUND_MS = 600_000;

/**
 * The series of the largest factor of an anomaly that was recorded as such, around its tick;
 * counters as rates per second.
 * @returns `undefined` where the ticks are gone, or no factor is a series.
 */
export async function explainedSeries(
  store: Store,
  anomaly: AnomalyRecord,
): Promise<ExplainedSeries | undefined> {
  const ts = Date.parse(anomaly.ts);
  const range: TimeRange = { from: ts - AROUND_MS, to: ts + AROUND_MS + 1 };
  const key = sourceKey(anomaly.source);
  const points = new Map(
    anomaly.reasons.map(({ metric }) => [metric, [] as { ts: number; value: number | null }[]]),
  );
  for await (const block of store.samples.read({ host: anomaly.host, range })) {
    const named = underNameOf(block, key);
    for (const [metric, found] of points) readMetric(named, key, metric, found);
  }
  for (const reason of anomaly.reasons) {
    const found = points.get(reason.metric) ?? [];
    const first = found[0];
    const last = found.at(-1);
    if (!first || !last || found.every(({ value }) => value === null || value === 0)) continue;
    return {
      metric: metricInfo(reason.metric)?.type === 'counter' ? `${reason.metric}/s` : reason.metric,
      values: found.map(({ value }) => value),
      expected: reason.expected,
      marked: Math.max(
        0,
        found.findIndex((point) => point.ts >= ts),
      ),
      from: first.ts,
      to: last.ts,
    };
  }
  return undefined;
}

/** A block in which a source has the name that the anomaly's model gave it. */
function underNameOf(block: Block, key: string): Block {
  for (const group of [null, ...REGROUPINGS]) {
    const named = inGroups(block, group);
    if (named.sources.some((source) => sourceKey(source) === key)) return named;
  }
  return block;
}

/** Adds the values of one metric; a counter that is not there is zero, a gauge is missing. */
function readMetric(
  block: Block,
  key: string,
  metric: string,
  into: { ts: number; value: number | null }[],
): void {
  const isRate = metricInfo(metric)?.type === 'counter';
  const wanted = block.series.map(
    ({ source, metric: name, scheme }) =>
      scheme === undefined &&
      belongsTo(metric, name) &&
      sourceKey(block.sources[source] ?? { kind: 'custom', name: '' }) === key,
  );
  for (let t = 0; t < block.ts.length; t++) {
    let value: number | null = isRate ? 0 : null;
    for (let i = block.rowStart[t] ?? 0; i < (block.rowStart[t + 1] ?? 0); i++) {
      if (wanted[block.seriesIndex[i] ?? 0]) value = (value ?? 0) + (block.values[i] ?? 0);
    }
    const seconds = (block.intervalNs[t] ?? 1e9) / 1e9;
    into.push({ ts: block.ts[t] ?? 0, value: isRate && value !== null ? value / seconds : value });
  }
}

/** Totals of system calls are not stored but are the sum of their parts. */
function belongsTo(metric: string, name: string): boolean {
  if (name === metric) return true;
  const total = /^syscall\.(calls|errors)$/.exec(metric);
  return total !== null && syscallMetric(name)?.what === total[1];
}
