import type { GraphNode, InferredEdge } from '@ethogram/model';
import { dot, standardise } from './columns.js';
import { rounded } from './describe-pairs.js';
import type { PreparedNodes } from './graph-nodes.js';
import { normalScores } from './normal-scores.js';

/** |r| of normal scores above which two series say the same. */
const SAME = 0.98;

/** The columns that are left, and one edge per column that was set aside. */
export interface DistinctColumns {
  readonly active: readonly number[];
  readonly series: readonly Float64Array[];
  readonly duplicates: readonly InferredEdge[];
}

/**
 * Sets aside every column that says the same as an earlier one (a disk and its only partition):
 * given its twin, neither would show any other dependence. The node is marked, and an edge to
 * the column that stands for it is kept. Complexity: n p²/2.
 */
export function setDuplicatesAside({ nodes, active, series }: PreparedNodes): DistinctColumns {
  const kept: { readonly at: number; readonly series: Float64Array; readonly z: Float64Array }[] =
    [];
  const duplicates: InferredEdge[] = [];
  for (const [i, at] of active.entries()) {
    const values = series[i] as Float64Array;
    const z = normalScores(values);
    standardise(z);
    const twin = kept.find((other) => Math.abs(dot(z, other.z)) > SAME * z.length);
    if (!twin) {
      kept.push({ at, series: values, z });
      continue;
    }
    const r = rounded(Math.max(-1, Math.min(1, dot(z, twin.z) / z.length)));
    const node = nodes[at] as GraphNode;
    node.reason = 'duplicate';
    duplicates.push({
      a: twin.at,
      b: at,
      strength: rounded(Math.abs(r)),
      rho: r,
      r,
      precision: 0,
      lagMs: 0,
      leads: null,
      q: 0,
      accepted: true,
      hint: null,
    });
  }
  return {
    active: kept.map((column) => column.at),
    series: kept.map((column) => column.series),
    duplicates,
  };
}
