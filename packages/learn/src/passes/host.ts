import { sourceKey, type Window } from '@ethogram/core';
import {
  type ActivityScale,
  activityDeviation,
  calibrate,
  HostActivity,
  HostJointView,
  packMatrix,
  type RelationEdge,
  scaleOfDistances,
  shortfall,
  surprise,
  type Timing,
} from '@ethogram/features';
import type { GraphPart, HostMember, HostPart } from '@ethogram/model';
import { Sampler } from '../detectors/sampler.js';
import { activityMetrics, type Draft } from '../draft.js';
import { standardise } from '../graph/columns.js';
import { gram, invertPositiveDefinite, ledoitWolf } from '../graph/ledoit-wolf.js';
import type { ReadBlocks } from '../rows/read-blocks.js';
import { FastLearner } from './fast.js';
import { eachTick } from './window-ticks.js';

/** Rows of activity on which covariances are fitted. */
const MOST_ROWS = 2000;
/** Fewest of them, and fewest members of a joint view. */
const FEWEST_ROWS = 60;
const FEWEST_MEMBERS = 3;
/** Fewest held-out scores that make a calibration. */
const MIN_SCORES = 10;
/** Correlation from which a callee follows its caller. */
const FOLLOWS = 0.5;
/** Least standard deviation of ln(1 + activity): a tenth of what is done. */
const LEAST_SD = 0.1;

/**
 * Time on either side of the end of the fit part that is read, and ticks times members in it, at most:
 * longer windows would cost a read of their own.
 */
const SPAN_MS = 3 * 3_600_000;
const MOST_MEMBER_TICKS = 360_000;

/**
 * What the sources of the host do together. Rows of activity of up to three hours before `fitUntil` give
 * the precision matrix and the relations along the edges of the graph; those of up to three hours
 * after it calibrate.
 * @returns null where fewer than two sources are steadily at work, or too little was held out.
 * Complexity: rows × members², then members³ once.
 */
export async function hostWindow(
  read: ReadBlocks,
  window: Window,
  drafts: readonly Draft[],
  graph: GraphPart | null,
  options: {
    readonly timing: Timing & { readonly calibrationTicks: number };
    readonly fitUntil: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<HostPart | null> {
  const { timing, fitUntil } = options;
  const members = drafts
    .filter((draft) => draft.withoutRates === null && !draft.sporadic && draft.kind !== 'host')
    .map(({ kind, name, ...rest }) => ({
      kind,
      name,
      metrics: [...activityMetrics({ kind, name, ...rest })],
    }))
    .filter(({ metrics }) => metrics.length > 0);
  if (members.length < 2) return null;
  const activity = new HostActivity(members, timing);
  const fast = members.map(() => new FastLearner());
  const sample = new Sampler(MOST_ROWS);
  const held: Float64Array[] = [];
  let tick = 0;
  const span = Math.min(SPAN_MS, (MOST_MEMBER_TICKS / members.length) * timing.intervalMs);
  const range = {
    from: Math.max(window.from, fitUntil - span),
    to: Math.min(window.to, fitUntil + span),
  };
  await eachTick(read(range), { ...window, ...range }, options.signal, (block, t) => {
    activity.advance(block, t);
    tick++;
    const fitting = (block.ts[t] as number) < fitUntil;
    for (const [i, learner] of fast.entries()) {
      learner.push(activity.now[i] as number, activity.failures[i] as number, fitting);
    }
    if (!activity.known) return;
    if (fitting && tick % timing.rowTicks === 0) sample.offer(activity.recent);
    // Overlapping rows are no new evidence.
    if (!fitting && tick % timing.calibrationTicks === 0) held.push(activity.recent.slice());
  });
  const rows = sample.vectors();
  if (rows.length < FEWEST_ROWS || held.length < MIN_SCORES) return null;
  const scales = members.map((_, i) => scaleOfActivity(rows.map((row) => row[i] as number)));
  const deviations = (row: ArrayLike<number>): Float64Array =>
    Float64Array.from(scales, (scale, i) => activityDeviation(row[i] as number, scale));
  const fitted = rows.map(deviations);
  const later = held.map(deviations);
  return {
    members: members.map(
      (member, i): HostMember => ({
        ...member,
        ...(scales[i] as ActivityScale),
        fast: (fast[i] as FastLearner).finish(),
      }),
    ),
    joint: fitJoint(fitted, later),
    relation: fitRelation(fitted, later, edgesAmong(members.map(sourceKey), graph)),
  };
}

function scaleOfActivity(values: readonly number[]): ActivityScale {
  const logs = Float64Array.from(values, (value) => Math.log1p(value));
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  return { mean, sd: Math.max(LEAST_SD, standardise(logs)) };
}

function fitJoint(
  fitted: readonly Float64Array[],
  later: readonly Float64Array[],
): HostPart['joint'] {
  const count = fitted[0]?.length ?? 0;
  if (count < FEWEST_MEMBERS) return null;
  const values = new Float64Array(count * fitted.length);
  for (const [t, z] of fitted.entries()) {
    for (let i = 0; i < count; i++) values[i * fitted.length + t] = z[i] as number;
  }
  const columns = { rows: fitted.length, count, values };
  for (let i = 0; i < count; i++)
    centre(values.subarray(i * fitted.length, (i + 1) * fitted.length));
  const { covariance } = ledoitWolf(columns, gram(columns));
  const precision = invertPositiveDefinite(covariance, count);
  if (!precision) return null;
  const packed = packMatrix({ rows: count, cols: count, data: precision }, 'f32');
  const view = new HostJointView(packed);
  const distances = [...fitted, ...later].map((z) => view.distance(z));
  const scale = scaleOfDistances(distances);
  const scores = distances.slice(fitted.length).map((distance) => surprise(distance, scale));
  return { precision: packed, scale, calibration: copyOf(calibrate(scores)) };
}

function centre(column: Float64Array): void {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  for (let t = 0; t < column.length; t++) column[t] = (column[t] as number) - mean;
}

/** Callers and callees among the members: observed calls, and covariation whose leader is known. */
function edgesAmong(
  keys: readonly string[],
  graph: GraphPart | null,
): readonly (readonly [number, number])[] {
  if (!graph) return [];
  const place = graph.nodes.map((node) => keys.indexOf(sourceKey(node)));
  const found = new Map<string, readonly [number, number]>();
  const add = (caller: number | undefined, callee: number | undefined): void => {
    if (caller === undefined || callee === undefined || caller < 0 || callee < 0) return;
    if (caller !== callee) found.set(`${caller} ${callee}`, [caller, callee]);
  };
  for (const { from, to, kind } of graph.observed) {
    if (kind !== 'fork' && kind !== 'file') add(place[from], place[to]);
  }
  for (const { a, b, accepted, leads } of graph.inferred) {
    if (!accepted || leads === null) continue;
    add(place[leads === 'a' ? a : b], place[leads === 'a' ? b : a]);
  }
  return [...found.values()].sort((x, y) => x[0] - y[0] || x[1] - y[1]);
}

function fitRelation(
  fitted: readonly Float64Array[],
  later: readonly Float64Array[],
  pairs: readonly (readonly [number, number])[],
): HostPart['relation'] {
  const all = [...fitted, ...later];
  const edges = pairs.flatMap(([caller, callee]) => {
    const edge = regress(fitted, caller, callee);
    if (!edge) return [];
    const distances = all.map((z) => shortfall(edge, z));
    return [{ ...edge, scale: scaleOfDistances(distances) }];
  });
  if (edges.length === 0) return null;
  const worst = later.map((z) =>
    Math.max(...edges.map((edge) => surprise(shortfall(edge, z), edge.scale))),
  );
  return { edges, calibration: copyOf(calibrate(worst)) };
}

/** The callee's activity on the caller's; null where it does not follow it. */
function regress(
  rows: readonly Float64Array[],
  caller: number,
  callee: number,
): RelationEdge | null {
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const z of rows) {
    const x = z[caller] as number;
    const y = z[callee] as number;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  if (!(xx > 0 && yy > 0) || xy / Math.sqrt(xx * yy) < FOLLOWS) return null;
  const slope = xy / xx;
  const left = Math.max(0, yy - slope * xy) / rows.length;
  return { caller, callee, slope, sd: Math.max(LEAST_SD, Math.sqrt(left)) };
}

/** As a model keeps it. */
function copyOf({ bins, tail }: ReturnType<typeof calibrate>) {
  return { bins: bins.map(([bin, weight]): [number, number] => [bin, weight]), tail: { ...tail } };
}
