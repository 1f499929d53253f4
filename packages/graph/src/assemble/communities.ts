import type { Rng } from '@ethogram/core';
import { UndirectedGraph } from 'graphology';
import type { DependencyGraph } from '../graph-attributes.js';
import { louvain, type Projection } from '../libraries.js';

/**
 * The graph without directions, as Louvain and layouts need it: weights of opposite edges add
 * up; nodes without edges are left out, and `spawns` edges too unless asked for.
 */
export function undirectedProjection(graph: DependencyGraph, spawns = false): Projection {
  const projection: Projection = new UndirectedGraph();
  graph.forEachEdge((_edge, { strength, relation }, source, target) => {
    if (relation === 'spawns' && !spawns) return;
    projection.mergeNode(source);
    projection.mergeNode(target);
    const [a, b] = source < target ? [source, target] : [target, source];
    const known = projection.undirectedEdge(a, b);
    if (known === undefined) {
      projection.addUndirectedEdgeWithKey(`${a}--${b}`, a, b, { weight: strength });
    } else projection.updateEdgeAttribute(known, 'weight', (weight = 0) => weight + strength);
  });
  return projection;
}

/**
 * Sets `community` of every node: Louvain (Blondel et al. 2008) on the undirected projection,
 * numbered from 0 by descending size, then by first node.
 */
export function detectCommunities(graph: DependencyGraph, rng: Rng): void {
  const projection = undirectedProjection(graph);
  if (projection.size === 0) return;
  const found = louvain(projection, { getEdgeWeight: 'weight', rng: () => rng.next() });
  const members = new Map<number, string[]>();
  for (const key of graph.nodes()) {
    const community = found[key];
    if (community === undefined) continue;
    const list = members.get(community);
    if (list) list.push(key);
    else members.set(community, [key]);
  }
  const ordered = [...members.values()].sort((a, b) => b.length - a.length);
  for (const [community, keys] of ordered.entries()) {
    for (const key of keys) graph.setNodeAttribute(key, 'community', community);
  }
}
