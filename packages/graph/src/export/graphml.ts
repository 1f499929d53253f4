import type { DependencyGraph } from '../graph-attributes.js';
import { xmlText } from './escape.js';
import { type FlatValue, flatGraph } from './flat-graph.js';

type Attributes = Readonly<Record<string, FlatValue>>;
type Domain = 'graph' | 'node' | 'edge';

/** The graph as GraphML (http://graphml.graphdrawing.org/specification.html). */
export function toGraphml(graph: DependencyGraph): string {
  const { attributes, nodes, edges } = flatGraph(graph);
  const keys = {
    graph: typesOf([attributes]),
    node: typesOf(nodes.map((node) => node.attributes)),
    edge: typesOf(edges.map((edge) => edge.attributes)),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...(['graph', 'node', 'edge'] as const).flatMap((domain) => keyLines(domain, keys[domain])),
    '  <graph id="ethogram" edgedefault="directed">',
    ...dataLines('graph', attributes, keys.graph, '    '),
    ...nodes.flatMap((node) => [
      `    <node id="${xmlText(node.key)}">`,
      ...dataLines('node', node.attributes, keys.node, '      '),
      '    </node>',
    ]),
    ...edges.flatMap((edge) => [
      `    <edge id="${xmlText(edge.key)}" source="${xmlText(edge.source)}" target="${xmlText(edge.target)}">`,
      ...dataLines('edge', edge.attributes, keys.edge, '      '),
      '    </edge>',
    ]),
    '  </graph>',
    '</graphml>',
    '',
  ].join('\n');
}

/** Type of every attribute: whole numbers only where all values are. */
function typesOf(list: readonly Attributes[]): Map<string, string> {
  const types = new Map<string, string>();
  for (const attributes of list) {
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value !== 'number') types.set(name, typeof value);
      else if (!Number.isSafeInteger(value)) types.set(name, 'double');
      else if (!types.has(name)) types.set(name, 'long');
    }
  }
  return types;
}

function keyLines(domain: Domain, types: ReadonlyMap<string, string>): string[] {
  return [...types].map(
    ([name, type]) =>
      `  <key id="${domain}.${name}" for="${domain}" attr.name="${name}" attr.type="${type}"/>`,
  );
}

function dataLines(
  domain: Domain,
  attributes: Attributes,
  types: ReadonlyMap<string, string>,
  indent: string,
): string[] {
  return [...types.keys()].flatMap((name) => {
    const value = attributes[name];
    if (value === undefined) return [];
    return [`${indent}<data key="${domain}.${name}">${xmlText(String(value))}</data>`];
  });
}
