import type { DependencyGraph } from '../graph-attributes.js';
import { betweennessCentrality } from '../libraries.js';
import { undirectedProjection } from './communities.js';

/** At most so many hubs are named. */
const MAX_HUBS = 5;

/** Share of all shortest paths that must run through a hub. */
const HUB_SHARE = 0.05;

/**
 * Sets `degree`, normalised `betweenness` (Brandes 2001) and `hub` of every node, and lists the
 * hubs: nodes with three neighbours or more, through which at least a twentieth of the shortest paths run.
 */
export function markCentrality(graph: DependencyGraph): void {
  const projection = undirectedProjection(graph);
  const central =
    projection.order > 0
      ? betweennessCentrality(projection, { getEdgeWeight: null, normalized: true })
      : {};
  graph.updateEachNodeAttributes((key, attributes) => ({
    ...attributes,
    degree: projection.hasNode(key) ? projection.degree(key) : 0,
    betweenness: Number((central[key] ?? 0).toPrecision(6)),
  }));
  const hubs = graph
    .filterNodes((_key, { degree, betweenness: value }) => degree >= 3 && value >= HUB_SHARE)
    .sort((a, b) => hubRank(graph, b) - hubRank(graph, a) || (a < b ? -1 : 1))
    .slice(0, MAX_HUBS);
  for (const key of hubs) graph.setNodeAttribute(key, 'hub', true);
  graph.setAttribute('hubs', hubs);
}

function hubRank(graph: DependencyGraph, key: string): number {
  return graph.getNodeAttribute(key, 'betweenness');
}
