import { sourceKey, type TimeRange } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import type { NearestTraining } from '@ethogram/report';
import type { AnomalyRecord, Reason } from '@ethogram/score';
import type { Store } from '@ethogram/store';
import { type MetricPoint, readMetric, underNameOf } from './read-metric.js';

/** So much of a window is read at most: it has to be quick. */
const STRETCHES = 12;
const STRETCH_MS = 300_000;
/** Values are means over this: what a score looks at. */
const STEP_MS = 10_000;

/**
 * When training was most like an anomaly, by the factors that training knew: the squared
 * deviations from the values now, in recorded ranges, weighted by what each factor made up. An hour
 * of the window is looked at at most, in stretches of five minutes.
 * @returns `undefined` where no factor was known or the ticks are gone.
 */
export async function nearestTraining(
  { samples }: Pick<Store, 'samples'>,
  anomaly: AnomalyRecord,
  { window }: Pick<Model, 'window'>,
): Promise<NearestTraining | undefined> {
  const reasons = anomaly.reasons.filter(
    ({ firstSeen, contribution }) => !firstSeen && contribution > 0,
  );
  if (reasons.length === 0) return undefined;
  const key = sourceKey(anomaly.source);
  let nearest: { ts: number; far: number; values: NearestTraining['values'] } | undefined;
  let lookedAtMs = 0;
  for (const range of stretchesOf(window)) {
    lookedAtMs += range.to - range.from;
    for await (const block of samples.read({ host: anomaly.host, range, stepMs: STEP_MS })) {
      const named = underNameOf(block, key);
      const series = reasons.map(({ metric }) => {
        const points: MetricPoint[] = [];
        readMetric(named, key, metric, points);
        return points;
      });
      for (const [t, ts] of block.ts.entries()) {
        if (window.exclude.some(({ from, to }) => ts >= from && ts < to)) continue;
        const values = reasons.map(({ metric }, i) => ({
          metric,
          value: series[i]?.[t]?.value ?? null,
        }));
        const far = distance(reasons, values);
        if (far !== null && (nearest === undefined || far < nearest.far))
          nearest = { ts, far, values };
      }
    }
  }
  return nearest && { ts: nearest.ts, values: nearest.values, lookedAtMs };
}

/** The whole window, or stretches that lie evenly over it. */
function stretchesOf({ from, to }: TimeRange): readonly TimeRange[] {
  if (to - from <= STRETCHES * STRETCH_MS) return [{ from, to }];
  const every = (to - from - STRETCH_MS) / (STRETCHES - 1);
  return Array.from({ length: STRETCHES }, (_, i) => {
    const start = Math.floor((from + i * every) / STEP_MS) * STEP_MS;
    return { from: start, to: start + STRETCH_MS };
  });
}

/** Null where nothing can be compared. */
function distance(reasons: readonly Reason[], values: NearestTraining['values']): number | null {
  let sum = 0;
  let weight = 0;
  for (const [i, { actual, expected, contribution }] of reasons.entries()) {
    const value = values[i]?.value ?? null;
    if (value === null) continue;
    const unit = expected[1] - expected[0] || Math.abs(expected[1]) || 1;
    sum += contribution * ((value - actual) / unit) ** 2;
    weight += contribution;
  }
  return weight > 0 ? sum / weight : null;
}
