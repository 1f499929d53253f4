import type { TimeRange } from '@ethogram/core';
import type { RecordingView } from '@ethogram/report';
import type { Label } from './labels.js';

/** A stretch of normal time in which the host does one kind of thing. */
export interface Phase extends TimeRange {
  readonly name: string;
  /** As a part of a file name: `1-idle`. */
  readonly slug: string;
}

/** Of a recording without labels, so much is learned from. */
const LEARNED_SHARE = 0.7;
/** Bins of the running median that takes short jobs out of the course of the load. */
const MEDIAN_BINS = 7;
/** Load begins where calls rise by this factor or more, for good. */
const MIN_RISE = 2;
/** Share of the variance that two levels must explain, so that there are two. */
const MIN_EXPLAINED = 0.5;

/** What lies before the first misbehaviour is normal; without labels, the first 70 %. */
export function normalUntil({ from, to }: TimeRange, labels: readonly Label[]): number {
  const wrong = labels.filter(({ kind }) => kind === 'misbehaviour').map((l) => Date.parse(l.from));
  return wrong.length > 0 ? Math.min(...wrong) : from + Math.round((to - from) * LEARNED_SHARE);
}

/**
 * The phases of the normal part: idle until the first service start that the labels name, after it,
 * and under load from where the system calls of all processes rise for good.
 */
export function findPhases(
  normal: TimeRange,
  recording: RecordingView,
  labels: readonly Label[],
): readonly Phase[] {
  const start = labels.find(({ kind }) => kind === 'service start');
  const started = start === undefined ? normal.from : Date.parse(start.from);
  const loaded = loadBegins({ from: started, to: normal.to }, recording);
  const bounds: readonly (readonly [string, number])[] = [
    ...(started > normal.from ? [['idle', normal.from] as const] : []),
    [start === undefined ? 'before the load' : 'after the service start', started],
    ...(loaded === undefined ? [] : [['under load', loaded] as const]),
  ];
  return bounds.map(([name, from], i) => ({
    name,
    slug: `${i + 1}-${name.replaceAll(' ', '-')}`,
    from,
    to: bounds[i + 1]?.[1] ?? normal.to,
  }));
}

/**
 * When the load begins: the change point of the logarithm of all calls per second under two levels
 * by least squares; `undefined` where one level says as much. Complexity: linear in the bins.
 */
function loadBegins(range: TimeRange, { bins, processes }: RecordingView): number | undefined {
  const first = bins.at(range.from) + 1;
  const last = bins.at(range.to - 1);
  const levels = runningMedian(
    Array.from({ length: Math.max(0, last - first) }, (_, i) => {
      const rate = processes.reduce((sum, { callRate }) => {
        const value = callRate[first + i] as number;
        return Number.isNaN(value) ? sum : sum + value;
      }, 0);
      return Math.log1p(rate);
    }),
  );
  const split = changePoint(levels);
  return split === undefined ? undefined : bins.from + (first + split) * bins.stepMs;
}

/** The index from which a series stands on a second, higher level. */
export function changePoint(values: readonly number[]): number | undefined {
  const n = values.length;
  const edge = Math.max(3, Math.ceil(n * 0.05));
  const total = values.reduce((sum, value) => sum + value, 0);
  const mean = total / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  let best = { split: -1, between: 0, rise: 0 };
  let before = 0;
  for (let k = 1; k <= n - edge; k++) {
    before += values[k - 1] as number;
    if (k < edge) continue;
    const rise = (total - before) / (n - k) - before / k;
    const between = ((k * (n - k)) / n) * rise ** 2;
    if (between > best.between) best = { split: k, between, rise };
  }
  const isClear = best.between >= MIN_EXPLAINED * variance && best.rise >= Math.log(MIN_RISE);
  return best.split > 0 && isClear ? best.split : undefined;
}

function runningMedian(values: readonly number[]): readonly number[] {
  const half = MEDIAN_BINS >> 1;
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - half), i + half + 1).sort((a, b) => a - b);
    return near[near.length >> 1] as number;
  });
}
