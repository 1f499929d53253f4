import { attribute, Digraph, Edge, Node, toDot as printDot } from 'ts-graphviz';
import type { DependencyGraph } from '../graph-attributes.js';
import { printable } from './escape.js';
import { groupColours } from './group-colours.js';

/**
 * The graph in Graphviz's language: width is strength, dashed is inferred, red is negative,
 * arrows are known directions. `dot -Tsvg` renders it.
 */
export function toDot(graph: DependencyGraph): string {
  const dot = new Digraph('ethogram', false, {
    [attribute.label]: dotText(
      `${graph.getAttribute('model')} ${graph.getAttribute('from')} – ${graph.getAttribute('to')}`,
    ),
    [attribute.rankdir]: 'LR',
    [attribute.overlap]: false,
    [attribute.fontname]: 'sans-serif',
  });
  const colourOf = groupColours(graph);
  const nodes = new Map<string, Node>();
  graph.forEachNode((key, { label, kind, state, own }) => {
    const node = new Node(dotText(key), {
      [attribute.label]: dotText(label),
      [attribute.shape]: kind === 'device' ? 'cylinder' : kind === 'endpoint' ? 'hexagon' : 'box',
      [attribute.style]: state === 'ok' ? 'rounded,filled' : 'rounded,dashed',
      [attribute.color]: colourOf(key),
      [attribute.fillcolor]: `${colourOf(key)}33`,
      [attribute.fontname]: 'sans-serif',
      ...(own ? { [attribute.peripheries]: 2 } : {}),
    });
    nodes.set(key, node);
    dot.addNode(node);
  });
  graph.forEachEdge((_key, edge, source, target, _s, _t, undirected) => {
    const ends = [nodes.get(source), nodes.get(target)] as [Node, Node];
    dot.addEdge(
      new Edge(ends, {
        [attribute.penwidth]: Number((0.6 + 4.4 * edge.strength).toFixed(2)),
        [attribute.style]: edge.evidence === 'inferred' ? 'dashed' : 'solid',
        [attribute.color]: edge.sign < 0 ? '#c0392b' : '#5f6b76',
        [attribute.tooltip]: `${edge.relation}, ${edge.evidence}, strength ${edge.strength}`,
        ...(undirected ? { [attribute.dir]: 'none' } : {}),
      }),
    );
  });
  return `${printDot(dot)}\n`;
}

/** Graphviz takes a backslash as the start of an escape and ts-graphviz escapes quotes only. */
function dotText(text: string): string {
  return printable(text).replaceAll('\\', '\\\\');
}
