import type { GraphPart, InferredEdge } from '@ethogram/model';
import type { EdgeAttributes } from '../graph-attributes.js';
import { collapsePlumbing } from './collapse-plumbing.js';
import { type MergedEdge, mergeObserved } from './merge-observed.js';
import { observedPaths } from './observed-paths.js';

/** An edge between node indices with everything it carries. */
export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  readonly undirected: boolean;
  readonly attributes: EdgeAttributes;
}

/**
 * Joins observed links and inferred pairs. An inferred pair adds to every observed edge between
 * its ends (`both`); alone it is undirected, but for a significant lead; where an observed path
 * explains it, it is `indirect`.
 */
export function mergeEdges(part: GraphPart): GraphEdge[] {
  const observed = mergeObserved(collapsePlumbing(part.nodes, part.observed));
  const pairs = new Map<string, InferredEdge>();
  for (const edge of part.inferred) pairs.set(`${edge.a} ${edge.b}`, edge);
  const most = observed.reduce((max, edge) => Math.max(max, edge.events), 0);
  const joined = new Set<string>();
  const edges = observed.map((edge): GraphEdge => {
    const key = `${Math.min(edge.from, edge.to)} ${Math.max(edge.from, edge.to)}`;
    const pair = edge.relation === 'spawns' ? undefined : pairs.get(key);
    if (pair) joined.add(key);
    return fromObserved(edge, pair, part, most);
  });
  const kinds = part.nodes.map((node) => node.kind);
  const explained = observedPaths(observed, kinds, (part.to - part.from) / part.stepMs);
  for (const [key, pair] of pairs) {
    if (!joined.has(key)) edges.push(fromInferred(pair, part, explained(pair.a, pair.b)));
  }
  return edges;
}

/** An observed link is a fact: it starts at a half, and traffic adds the rest on a log scale. */
function observedStrength(events: number, most: number): number {
  return most > 0 ? 0.5 + (0.5 * Math.log1p(events)) / Math.log1p(most) : 0.5;
}

function fromObserved(
  edge: MergedEdge,
  pair: InferredEdge | undefined,
  part: GraphPart,
  most: number,
): GraphEdge {
  const seen = observedStrength(edge.events, most);
  const strength = pair?.accepted ? 1 - (1 - seen) * (1 - pair.strength) : seen;
  return {
    from: edge.from,
    to: edge.to,
    undirected: false,
    attributes: {
      strength: Number(strength.toPrecision(6)),
      ...inferredFacts(pair, part),
      evidence: pair?.accepted ? 'both' : 'observed',
      relation: edge.relation,
      kinds: edge.kinds,
      events: edge.events,
      bytes: edge.bytes,
      firstSeen: new Date(edge.firstSeen).toISOString(),
      lastSeen: new Date(edge.lastSeen).toISOString(),
      indirect: false,
      hint: null,
      exported: true,
    },
  };
}

function fromInferred(pair: InferredEdge, part: GraphPart, indirect: boolean): GraphEdge {
  const [from, to] = pair.leads === 'b' ? [pair.b, pair.a] : [pair.a, pair.b];
  return {
    from,
    to,
    undirected: pair.leads === null,
    attributes: {
      strength: pair.strength,
      ...inferredFacts(pair, part),
      evidence: 'inferred',
      relation: 'covaries',
      kinds: [],
      events: 0,
      bytes: 0,
      firstSeen: null,
      lastSeen: null,
      indirect,
      hint: pair.hint,
      exported: pair.accepted,
    },
  };
}

function inferredFacts(pair: InferredEdge | undefined, part: GraphPart) {
  if (!pair) return { sign: 1 as const, rho: null, r: null, q: null, lagMs: null, n: null };
  const { rho, r, q } = pair;
  const lagMs = Math.abs(pair.lagMs);
  return { sign: signOf(pair), rho, r, q, lagMs, n: part.n };
}

function signOf({ rho, r, leads }: InferredEdge): 1 | -1 {
  return (leads === null ? rho : r) < 0 ? -1 : 1;
}
