import { seededRng } from '@ethogram/core';
import type { GraphNode, GraphPart } from '@ethogram/model';
import type { DependencyGraph, EdgeAttributes, NodeAttributes } from '../graph-attributes.js';
import { type GraphViewOptions, VIEW_DEFAULTS } from '../graph-options.js';
import { layOut } from '../layout/lay-out.js';
import { MixedGraph } from '../libraries.js';
import { markCentrality } from './centrality.js';
import { detectCommunities } from './communities.js';
import { groupNodes } from './group-nodes.js';
import { type GraphEdge, mergeEdges } from './merge-edges.js';
import { type NamedNode, nameNodes } from './name-nodes.js';
import { keepNeighbourhood } from './neighbourhood.js';

/**
 * Builds the dependency graph of a model: nodes and edges with their evidence, communities,
 * hubs and coordinates. Same part and options, same graph to the last digit.
 * @throws GRAPH-1001 where `focus` names no source.
 */
export function buildGraph(
  part: GraphPart,
  options: Partial<GraphViewOptions> = {},
): DependencyGraph {
  const view = { ...VIEW_DEFAULTS, ...options };
  const rng = seededRng(part.seed).fork('graph');
  const names = nameNodes(part.nodes);
  const whole = emptyGraph(part, view);
  for (const [i, node] of part.nodes.entries()) {
    whole.addNode((names[i] as NamedNode).key, nodeAttributes(node, names[i] as NamedNode));
  }
  const hidden: Record<string, number> = {};
  for (const edge of mergeEdges(part)) {
    const reason = hiddenFor(edge, part, view);
    if (reason === null) addEdge(whole, edge, names);
    else if (edge.attributes.exported) hidden[reason] = (hidden[reason] ?? 0) + 1;
  }
  detectCommunities(whole, rng.fork('communities'));
  markCentrality(whole);
  let graph = view.focus === null ? whole : keepNeighbourhood(whole, view.focus, view.hops);
  if (!view.isolated) dropIsolated(graph, hidden);
  if (view.groupBy !== null) graph = groupNodes(graph, view.groupBy);
  graph.setAttribute('hidden', hidden);
  layOut(graph, rng.fork('layout'));
  return graph;
}

function emptyGraph(part: GraphPart, view: GraphViewOptions): DependencyGraph {
  const graph: DependencyGraph = new MixedGraph({
    type: 'mixed',
    multi: false,
    allowSelfLoops: false,
  });
  graph.replaceAttributes({
    model: view.model,
    from: new Date(part.from).toISOString(),
    to: new Date(part.to).toISOString(),
    stepMs: part.stepMs,
    n: part.n,
    preview: part.preview,
    mode: part.mode,
    lambda: part.lambda,
    fdr: part.thresholds.fdr,
    minStrength: part.thresholds.minStrength,
    seed: part.seed,
    hubs: [],
    hidden: {},
  });
  return graph;
}

function nodeAttributes(node: GraphNode, name: NamedNode): NodeAttributes {
  return {
    kind: node.kind,
    label: name.label,
    scope: name.scope,
    executable: name.executable,
    cluster: node.cluster ?? -1,
    community: -1,
    activity: Number(node.activity.toPrecision(6)),
    activeShare: Number(node.activeShare.toPrecision(6)),
    independence: node.precision === null ? null : Number((1 / node.precision).toPrecision(6)),
    state: node.state,
    reason: node.reason ?? '',
    own: node.own,
    hub: false,
    degree: 0,
    betweenness: 0,
    x: 0,
    y: 0,
  };
}

/** Why the view leaves an edge out; null where it shows it. */
function hiddenFor(
  { from, to, attributes }: GraphEdge,
  part: GraphPart,
  view: GraphViewOptions,
): string | null {
  const { evidence, relation, strength, exported, indirect } = attributes;
  if (view.minStrength === null ? !exported : strength < view.minStrength) return 'weak';
  if (relation === 'spawns' && !view.spawns) return 'spawns';
  if (indirect && !view.indirect) return 'indirect';
  if (view.evidence !== 'both' && evidence !== 'both' && evidence !== view.evidence) {
    return 'evidence';
  }
  const own = part.nodes[from]?.own || part.nodes[to]?.own;
  return own && evidence === 'inferred' && !view.own ? 'own' : null;
}

function addEdge(graph: DependencyGraph, edge: GraphEdge, names: readonly NamedNode[]): void {
  const from = (names[edge.from] as NamedNode).key;
  const to = (names[edge.to] as NamedNode).key;
  const attributes: EdgeAttributes = edge.attributes;
  if (edge.undirected) graph.addUndirectedEdgeWithKey(`${from}--${to}`, from, to, attributes);
  else graph.addDirectedEdgeWithKey(`${from}->${to}`, from, to, attributes);
}

function dropIsolated(graph: DependencyGraph, hidden: Record<string, number>): void {
  for (const key of graph.nodes()) {
    if (graph.degree(key) > 0) continue;
    graph.dropNode(key);
    hidden['isolated'] = (hidden['isolated'] ?? 0) + 1;
  }
}
