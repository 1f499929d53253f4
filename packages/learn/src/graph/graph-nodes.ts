import { compareSources, type SourceId, sourceKey } from '@ethogram/core';
import type { GraphNode } from '@ethogram/model';
import type { GraphInput } from './graph-input.js';

/** Nodes in their final order, and the columns that take part in the inference. */
export interface PreparedNodes {
  readonly nodes: GraphNode[];
  /** Node index by source key. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** Node indices of the columns, ascending. */
  readonly active: readonly number[];
  /** Their series without the rows in which nothing was recorded. */
  readonly series: readonly Float64Array[];
}

/**
 * Puts sources and ends of links into one order (kind, then name) and decides who can take part:
 * who has a series, moves at all, and is active in enough samples.
 */
export function prepareNodes(input: GraphInput, minActiveShare: number): PreparedNodes {
  const rows = recordedRows(input.activity);
  const known = new Map<string, { readonly source: SourceId; readonly node: GraphNode }>();
  const columns = new Map<string, Float64Array>();
  for (const [i, source] of input.sources.entries()) {
    const raw = input.activity[i] ?? null;
    const series = raw === null ? null : Float64Array.from(rows, (t) => raw[t] as number);
    const node: GraphNode = {
      ...isolated(source),
      metric: raw === null ? null : source.metric,
      own: source.own ?? false,
      ...(series ? describe(series, input.stepMs, minActiveShare) : {}),
    };
    known.set(sourceKey(source), { source, node });
    if (series && node.state === 'ok') columns.set(sourceKey(source), series);
  }
  for (const link of input.links) {
    for (const end of [link.from, link.to]) {
      const key = sourceKey(end);
      if (!known.has(key)) known.set(key, { source: end, node: isolated(end) });
    }
  }
  const ordered = [...known.values()].sort((a, b) => compareSources(a.source, b.source));
  const indexOf = new Map(ordered.map(({ source }, i) => [sourceKey(source), i] as const));
  const active: number[] = [];
  const series: Float64Array[] = [];
  for (const [i, { source }] of ordered.entries()) {
    const values = columns.get(sourceKey(source));
    if (!values) continue;
    active.push(i);
    series.push(values);
  }
  return { nodes: ordered.map(({ node }) => node), indexOf, active, series };
}

function isolated({ kind, name }: SourceId): GraphNode {
  return {
    kind,
    name,
    metric: null,
    activity: 0,
    activeShare: 0,
    state: 'insufficient data',
    reason: 'no activity series',
    own: false,
    cluster: null,
    precision: null,
    transform: null,
  };
}

/** Rows in which at least one source has a value; a gap in the recording has none. */
function recordedRows(activity: GraphInput['activity']): Uint32Array {
  const columns = activity.filter((values) => values !== null);
  const length = columns[0]?.length ?? 0;
  const rows: number[] = [];
  for (let t = 0; t < length; t++) {
    if (columns.some((values) => !Number.isNaN(values[t]))) rows.push(t);
  }
  return Uint32Array.from(rows);
}

function describe(
  series: Float64Array,
  stepMs: number,
  minActiveShare: number,
): Pick<GraphNode, 'activity' | 'activeShare' | 'state' | 'reason'> {
  let sum = 0;
  let active = 0;
  let known = 0;
  let least = Infinity;
  let most = -Infinity;
  for (const value of series) {
    if (Number.isNaN(value)) continue;
    known++;
    sum += Math.abs(value);
    if (value !== 0) active++;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const activeShare = series.length > 0 ? active / series.length : 0;
  const activity = known > 0 ? sum / known / (stepMs / 1000) : 0;
  const constant = known > 0 && least === most && most !== 0;
  const enough = activeShare >= minActiveShare && activeShare > 0 && !constant;
  return {
    activity,
    activeShare,
    state: enough ? 'ok' : 'insufficient data',
    reason: enough ? null : constant ? 'constant' : 'insufficient data',
  };
}
