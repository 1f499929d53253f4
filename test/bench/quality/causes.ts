import type { TickScore } from '@ethogram/score';
import type { Entity } from './data-sets.js';

/** How often the metrics that experts named stand first among the reasons. */
export interface CauseCounts {
  /** Events with named metrics during which an anomaly was explained. */
  readonly explained: number;
  readonly top1: number;
  readonly top3: number;
}

/** Compares the reasons of the first anomaly of every event with what experts named. */
export function countCauses(entity: Entity, ticks: readonly TickScore[]): CauseCounts {
  let explained = 0;
  let top1 = 0;
  let top3 = 0;
  for (const { start, end, dims } of entity.causes) {
    const record = ticks.slice(start, end).flatMap((tick) => tick.anomalies)[0];
    if (!record || record.reasons.length === 0) continue;
    const named = new Set(dims.map((dim) => entity.test.columns[dim]));
    const hits = record.reasons.map((reason) => named.has(reason.metric));
    explained++;
    if (hits[0]) top1++;
    if (hits.slice(0, 3).includes(true)) top3++;
  }
  return { explained, top1, top3 };
}
