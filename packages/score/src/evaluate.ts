import type { Block } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import { createScorer } from './scorer.js';

/** What the whole alarm logic said about a stretch of time. */
export interface AlarmCount {
  /** Incidents that opened from `from` on. */
  readonly incidents: number;
  /** Length of the scored time from `from` on, hours. */
  readonly hours: number;
}

/**
 * Runs the whole alarm logic over ticks and counts the incidents that open from an instant on:
 * what training passes as its `evaluate`. Those that touch time that the model's window leaves
 * out are no false alarms, and a model that sees them is no worse for it.
 */
export async function countIncidents(
  model: Model,
  blocks: AsyncIterable<Block>,
  from: number,
): Promise<AlarmCount> {
  const scorer = createScorer(model);
  const { window, timing } = model;
  const warmUp = timing.historyRows * timing.rowTicks * timing.intervalMs * 2;
  const seen = new Set<string>();
  const excused = new Set<string>();
  let seconds = 0;
  for await (const block of blocks) {
    const last = block.ts[block.ts.length - 1] ?? 0;
    if (last < from - warmUp || (block.ts[0] ?? 0) >= window.to) continue;
    for (const [t, tick] of scorer.push(block).entries()) {
      if (tick.ts < from || tick.ts >= window.to) continue;
      seconds += (block.intervalNs[t] as number) / 1e9;
      for (const incident of tick.incidents) {
        const start = Date.parse(incident.start);
        const end = Date.parse(incident.end);
        if (start >= from) seen.add(incident.id);
        if (window.exclude.some((range) => start < range.to && end >= range.from)) {
          excused.add(incident.id);
        }
      }
    }
  }
  const incidents = [...seen].filter((id) => !excused.has(id)).length;
  return { incidents, hours: seconds / 3600 };
}
