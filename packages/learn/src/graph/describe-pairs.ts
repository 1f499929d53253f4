import type { SourceKind } from '@ethogram/core';
import type { InferredEdge } from '@ethogram/model';
import type { Columns } from './columns.js';
import { findHints } from './edge-hints.js';
import { findLead } from './find-lead.js';
import type { AcceptedPairs } from './infer-edges.js';
import type { ObservedPairs } from './tasks.js';

/** What a description needs besides the statistics. */
export interface PairContext {
  readonly stepMs: number;
  /** Innovations, a column per series. */
  readonly x: Columns;
  /** Mean delay looked for, samples. */
  readonly delay: number;
  readonly leadErrors: number;
  /** Normal scores before prewhitening, a column per series. */
  readonly scores: Columns;
  /** Kind of every node. */
  readonly kinds: readonly SourceKind[];
}

/** How many pairs per source are kept beyond the accepted ones, for ranking and comparison. */
const CANDIDATES_PER_SOURCE = 8;

/**
 * Writes the accepted pairs and the strongest of the others as edges between nodes.
 * @param active node index of every column.
 * @returns the edges, and the largest |partial correlation| among the pairs left out.
 */
export function describePairs(
  pairs: ObservedPairs,
  { accepted, q }: AcceptedPairs,
  active: readonly number[],
  context: PairContext,
): { readonly edges: InferredEdge[]; readonly rhoFloor: number } {
  const { p } = pairs;
  const ends: { readonly i: number; readonly j: number; readonly at: number }[] = [];
  for (let i = 0; i < p; i++) {
    for (let j = i + 1; j < p; j++) ends.push({ i, j, at: ends.length });
  }
  ends.sort(
    (a, b) =>
      (accepted[b.at] as number) - (accepted[a.at] as number) ||
      (pairs.strength[b.i * p + b.j] as number) - (pairs.strength[a.i * p + a.j] as number) ||
      a.at - b.at,
  );
  const count = accepted.reduce((sum, one) => sum + one, 0);
  const kept = ends.slice(0, count + CANDIDATES_PER_SOURCE * p);
  let rhoFloor = 0;
  for (const { i, j } of ends.slice(kept.length)) {
    rhoFloor = Math.max(rhoFloor, Math.abs(partialAt(pairs, i, j)));
  }
  const isEdge = new Uint8Array(p * p);
  for (const { i, j } of kept.slice(0, count)) isEdge[i * p + j] = isEdge[j * p + i] = 1;
  const kinds = active.map((at) => context.kinds[at] as SourceKind);
  const hintOf = findHints(context.scores, isEdge, kinds);
  const leadOf = findLead(context.x, context.delay, context.leadErrors);
  const edges = kept.map(({ i, j, at }): InferredEdge => {
    const k = i * p + j;
    const lead = leadOf(i, j);
    const hint = pairs.driven[k] ? 'load' : accepted[at] ? hintOf(i, j) : null;
    return {
      a: active[i] as number,
      b: active[j] as number,
      strength: rounded(Math.min(1, pairs.strength[k] as number)),
      rho: rounded(partialAt(pairs, i, j)),
      r: rounded(Math.max(-1, Math.min(1, lead.r))),
      precision: rounded(pairs.precision[k] as number),
      lagMs: lead.lag * context.stepMs,
      leads: lead.leads,
      q: rounded(q[at] as number),
      // A shared period is no evidence: a timer's dependence has to be seen.
      accepted: accepted[at] === 1 && hint !== 'timer',
      hint,
    };
  });
  return { edges, rhoFloor: Math.min(1, rounded(rhoFloor) + 1e-6) };
}

/** The partial correlation of a pair: within one sample or with the past of one end, the larger. */
function partialAt({ rho, delayedRho, p }: ObservedPairs, i: number, j: number): number {
  const within = rho[i * p + j] as number;
  const over = Math.max(delayedRho[i * p + j] as number, delayedRho[j * p + i] as number);
  return over > Math.abs(within) ? over : within;
}

/** Six significant digits: what a correlation is worth, and a third of the bytes. */
export function rounded(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(6));
}
