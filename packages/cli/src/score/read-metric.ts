import { type Block, metricInfo, sourceKey, syscallMetric } from '@ethogram/core';
import { inGroups, REGROUPINGS } from '@ethogram/features';

/** A value of a metric at the end of a tick, ms UTC; null where nothing was measured. */
export interface MetricPoint {
  readonly ts: number;
  readonly value: number | null;
}

/** A block in which a source has the name that the anomaly's model gave it. */
export function underNameOf(block: Block, key: string): Block {
  for (const group of [null, ...REGROUPINGS]) {
    const named = inGroups(block, group);
    if (named.sources.some((source) => sourceKey(source) === key)) return named;
  }
  return block;
}

/** Adds the values of one metric, rates per second of counters; a counter that is not there is zero, a gauge is missing. */
export function readMetric(block: Block, key: string, metric: string, into: MetricPoint[]): void {
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
