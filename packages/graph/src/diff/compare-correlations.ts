import { sourceKey } from '@ethogram/core';
import type { GraphPart, InferredEdge } from '@ethogram/model';
import type { EdgeChangeKind } from './graph-diff.js';

/** A pair whose dependence was compared between two graphs. */
export interface ComparedPair {
  readonly a: string;
  readonly b: string;
  readonly before: number;
  readonly after: number;
  readonly change: EdgeChangeKind;
  readonly p: number;
}

/**
 * Compares the partial correlation of every pair that is an edge in one of two graphs and whose
 * ends took part in both, by the difference of Fisher's z (1924). A pair that a graph does not
 * list is taken at the largest value it can have had there, which makes the test cautious.
 */
export function compareCorrelations(before: GraphPart, after: GraphPart): ComparedPair[] {
  const sides = [sideOf(before), sideOf(after)] as const;
  const names = new Set<string>();
  for (const side of sides) {
    for (const [key, edge] of side.edges) if (edge.accepted) names.add(key);
  }
  const compared: ComparedPair[] = [];
  for (const key of [...names].sort()) {
    const [a, b] = key.split('\u0000') as [string, string];
    if (!sides.every((side) => side.active.has(a) && side.active.has(b))) continue;
    const [first, second] = sides.map((side) => side.edges.get(key));
    const rho0 = first?.rho ?? bounded(second as InferredEdge, before.rhoFloor);
    const rho1 = second?.rho ?? bounded(first as InferredEdge, after.rhoFloor);
    const error = Math.sqrt(1 / freedom(sides[0]) + 1 / freedom(sides[1]));
    const p = twoSided((fisher(rho1) - fisher(rho0)) / error);
    const grows = Math.abs(rho1) > Math.abs(rho0);
    const change =
      first?.accepted && second?.accepted
        ? grows
          ? 'stronger'
          : 'weaker'
        : first?.accepted
          ? 'gone'
          : 'new';
    compared.push({ a, b, before: rho0, after: rho1, change, p });
  }
  return compared;
}

interface Side {
  readonly edges: ReadonlyMap<string, InferredEdge>;
  readonly active: ReadonlySet<string>;
  readonly n: number;
}

function sideOf(part: GraphPart): Side {
  const keys = part.nodes.map(sourceKey);
  const edges = new Map<string, InferredEdge>();
  for (const edge of part.inferred) {
    const ends = [keys[edge.a] as string, keys[edge.b] as string].sort();
    edges.set(ends.join('\u0000'), edge);
  }
  const active = new Set(keys.filter((_, i) => part.nodes[i]?.precision !== null));
  return { edges, active, n: part.n };
}

function bounded(other: InferredEdge, floor: number): number {
  return Math.sign(other.rho) * Math.min(Math.abs(other.rho), floor);
}

/** Samples that are left after conditioning on every other source, at least one. */
function freedom({ n, active }: Side): number {
  return Math.max(1, n - active.size - 1);
}

function fisher(rho: number): number {
  return Math.atanh(Math.max(-0.9999, Math.min(0.9999, rho)));
}

/** Two-sided p-value of a standard normal z: erfc by Abramowitz & Stegun 7.1.26, error < 2e-7. */
function twoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.min(1, poly * Math.exp(-x * x));
}
