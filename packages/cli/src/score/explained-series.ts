import { metricInfo, sourceKey, type TimeRange } from '@ethogram/core';
import type { ExplainedSeries } from '@ethogram/report';
import type { AnomalyRecord } from '@ethogram/score';
import type { Store } from '@ethogram/store';
import { type MetricPoint, readMetric, underNameOf } from './read-metric.js';

/** So much before and after an anomaly is shown: what an incident pins. */
export const AROUND_MS = 600_000;

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
  const points = new Map(anomaly.reasons.map(({ metric }) => [metric, [] as MetricPoint[]]));
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
