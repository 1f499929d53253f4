import type { DependencyGraph, EdgeAttributes, NodeAttributes } from '../graph-attributes.js';

/**
 * Draws nodes of one community or scope together as one node; edges between two groups become
 * the strongest of them with traffic added up. Nodes that belong to no group stay.
 */
export function groupNodes(graph: DependencyGraph, by: 'community' | 'scope'): DependencyGraph {
  const grouped = graph.nullCopy() as DependencyGraph;
  grouped.replaceAttributes(graph.getAttributes());
  const groupOf = new Map<string, string>();
  const members = new Map<string, NodeAttributes[]>();
  graph.forEachNode((key, attributes) => {
    const name = by === 'scope' ? attributes.scope : attributes.community;
    const group = name === '' || name === -1 ? key : `group:${name}`;
    groupOf.set(key, group);
    const list = members.get(group);
    if (list) list.push(attributes);
    else members.set(group, [attributes]);
  });
  for (const [group, list] of members) grouped.addNode(group, joinNodes(group, list));
  graph.forEachEdge((_key, attributes, source, target, _s, _t, undirected) => {
    const from = groupOf.get(source) as string;
    const to = groupOf.get(target) as string;
    if (from !== to) joinEdge(grouped, from, to, undirected, attributes);
  });
  grouped.updateEachNodeAttributes((key, attributes) => ({
    ...attributes,
    degree: grouped.neighbors(key).length,
  }));
  return grouped;
}

function joinNodes(group: string, list: readonly NodeAttributes[]): NodeAttributes {
  const first = list[0] as NodeAttributes;
  if (list.length === 1 && !group.startsWith('group:')) return first;
  const names = list.slice(0, 3).map((node) => node.label);
  const label = names.join(', ') + (list.length > 3 ? ` + ${list.length - 3}` : '');
  return {
    ...first,
    kind: 'group',
    label,
    executable: label,
    activity: list.reduce((sum, node) => sum + node.activity, 0),
    independence: null,
    own: list.every((node) => node.own),
    hub: list.some((node) => node.hub),
    betweenness: Math.max(...list.map((node) => node.betweenness)),
  };
}

function joinEdge(
  graph: DependencyGraph,
  from: string,
  to: string,
  undirected: boolean,
  attributes: EdgeAttributes,
): void {
  const [a, b] = undirected && from > to ? [to, from] : [from, to];
  const key = undirected ? `${a}--${b}` : `${a}->${b}`;
  if (!graph.hasEdge(key)) {
    if (undirected) graph.addUndirectedEdgeWithKey(key, a, b, { ...attributes });
    else graph.addDirectedEdgeWithKey(key, a, b, { ...attributes });
    return;
  }
  const known = graph.getEdgeAttributes(key);
  const stronger = attributes.strength > known.strength ? attributes : known;
  graph.replaceEdgeAttributes(key, {
    ...stronger,
    kinds: [...new Set([...known.kinds, ...attributes.kinds])].sort(),
    events: known.events + attributes.events,
    bytes: known.bytes + attributes.bytes,
    evidence: known.evidence === attributes.evidence ? known.evidence : 'both',
  });
}
