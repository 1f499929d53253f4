import { DirectedGraph } from 'graphology';
import { write } from 'graphology-gexf';
import type { DependencyGraph } from '../graph-attributes.js';
import { type FlatValue, flatGraph } from './flat-graph.js';
import { groupColours } from './group-colours.js';

/**
 * The graph as GEXF 1.2 by graphology's own writer, with colours, sizes, positions and
 * thicknesses that Gephi shows as they are.
 */
export function toGexf(graph: DependencyGraph): string {
  const { nodes, edges } = flatGraph(graph);
  const colourOf = groupColours(graph);
  const colours = graph.mapNodes((key) => colourOf(key));
  const flat = new DirectedGraph<Record<string, FlatValue>, Record<string, FlatValue>>();
  for (const [i, { key, attributes }] of nodes.entries()) {
    const y = -Number(attributes['y']);
    flat.addNode(key, { ...attributes, y, color: colours[i] as string, size: 10 });
  }
  for (const { key, source, target, attributes } of edges) {
    const thickness = Math.round(50 * Number(attributes['strength'])) / 10;
    flat.addDirectedEdgeWithKey(key, source, target, { ...attributes, thickness });
  }
  return write(flat, { version: '1.2', pretty: true });
}
