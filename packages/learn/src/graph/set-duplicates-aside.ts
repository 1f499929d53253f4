import type { GraphNode, InferredEdge } from '@ethogram/model';
import { bartlettFactors } from './bartlett.js';
import { type Columns, column, dot, sharedColumns } from './columns.js';
import { rounded } from './describe-pairs.js';
import { periodOf } from './edge-hints.js';
import type { PreparedNodes } from './graph-nodes.js';
import type { Prewhitened } from './prewhiten.js';

/** |r| of innovations above which two series say the same. */
const SAME = 0.98;

/** The columns that are left, and one edge per column that was set aside. */
export interface DistinctColumns {
  /** Node index of every column. */
  readonly active: readonly number[];
  readonly series: readonly Float64Array[];
  readonly white: Prewhitened;
  readonly duplicates: readonly InferredEdge[];
}

/**
 * Sets aside every column whose innovations are those of an earlier one (a disk and its only
 * partition): given its twin, neither would show any other dependence. The node is marked, and an
 * edge to the column that stands for it is kept; two timers that tick together get none.
 * @param minStrength strength from which such an edge is accepted.
 * Complexity: n p²/2.
 */
export function setDuplicatesAside(
  { nodes, active, series }: PreparedNodes,
  white: Prewhitened,
  minStrength: number,
): DistinctColumns {
  const x = white.innovations;
  const kept: number[] = [];
  const duplicates: InferredEdge[] = [];
  for (const [i, at] of active.entries()) {
    const twin = kept.find((k) => Math.abs(correlation(x, k, i)) > SAME);
    if (twin === undefined) {
      kept.push(i);
      continue;
    }
    (nodes[at] as GraphNode).reason = 'duplicate';
    const period = periodOf(column(white.scores, i));
    const ticking = period !== 0 && period === periodOf(column(white.scores, twin));
    const edge = twinEdge(x, [twin, i], active, minStrength);
    duplicates.push(ticking ? { ...edge, q: 1, accepted: false, hint: 'timer' } : edge);
  }
  return {
    active: kept.map((i) => active[i] as number),
    series: kept.map((i) => series[i] as Float64Array),
    white: {
      innovations: select(x, kept),
      scores: select(white.scores, kept),
      ar: kept.map((i) => white.ar[i] as Float64Array),
      sd: Float64Array.from(kept, (i) => white.sd[i] as number),
    },
    duplicates,
  };
}

function correlation(x: Columns, i: number, j: number): number {
  return dot(column(x, i), column(x, j)) / x.rows;
}

function twinEdge(
  x: Columns,
  pair: readonly [number, number],
  active: readonly number[],
  minStrength: number,
): InferredEdge {
  const [i, j] = pair;
  const r = rounded(Math.max(-1, Math.min(1, correlation(x, i, j))));
  const strength = Math.abs(r) / (bartlettFactors(select(x, pair))[1] as number);
  const accepted = strength >= minStrength;
  return {
    a: active[i] as number,
    b: active[j] as number,
    strength: rounded(strength),
    rho: r,
    r,
    precision: 0,
    lagMs: 0,
    leads: null,
    q: accepted ? 0 : 1,
    accepted,
    hint: null,
  };
}

function select(columns: Columns, kept: readonly number[]): Columns {
  const selected = sharedColumns(columns.rows, kept.length);
  for (const [to, from] of kept.entries()) column(selected, to).set(column(columns, from));
  return selected;
}
