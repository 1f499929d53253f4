import type { LinkKind } from '@ethogram/core';
import type { ObservedEdge } from '@ethogram/model';
import type { Relation } from '../graph-attributes.js';

/** Everything observed from one node to another. */
export interface MergedEdge {
  readonly from: number;
  readonly to: number;
  readonly relation: Relation;
  readonly kinds: LinkKind[];
  readonly events: number;
  readonly bytes: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

const RELATIONS: Readonly<Record<LinkKind, Relation>> = {
  tcp: 'calls',
  udp: 'calls',
  unix: 'calls',
  pipe: 'feeds',
  file: 'feeds',
  fork: 'spawns',
};

const PRECEDENCE: readonly Relation[] = ['calls', 'feeds', 'spawns'];

/**
 * Merges links of several kinds with the same ends into one edge; its relation is the most
 * telling one. A source linked to itself (workers of one server) is no edge.
 */
export function mergeObserved(links: readonly ObservedEdge[]): MergedEdge[] {
  const groups = new Map<string, ObservedEdge[]>();
  for (const link of links) {
    if (link.from === link.to) continue;
    const key = `${link.from} ${link.to}`;
    const group = groups.get(key);
    if (group) group.push(link);
    else groups.set(key, [link]);
  }
  return [...groups.values()].map(mergeGroup).sort((a, b) => a.from - b.from || a.to - b.to);
}

function mergeGroup(group: readonly ObservedEdge[]): MergedEdge {
  const { from, to } = group[0] as ObservedEdge;
  const relations = new Set(group.map((link) => RELATIONS[link.kind]));
  return {
    from,
    to,
    relation: PRECEDENCE.find((relation) => relations.has(relation)) ?? 'calls',
    kinds: [...new Set(group.map((link) => link.kind))].sort(),
    events: group.reduce((sum, link) => sum + link.events, 0),
    bytes: group.reduce((sum, link) => sum + link.bytes, 0),
    firstSeen: Math.min(...group.map((link) => link.firstSeen)),
    lastSeen: Math.max(...group.map((link) => link.lastSeen)),
  };
}
