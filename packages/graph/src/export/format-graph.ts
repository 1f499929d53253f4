import type { DependencyGraph } from '../graph-attributes.js';
import { toDot } from './dot.js';
import { toGexf } from './gexf.js';
import { toGraphml } from './graphml.js';
import { toJson } from './json.js';
import { toMermaid } from './mermaid.js';
import { type SvgOptions, toSvg } from './svg/to-svg.js';

/** Every format that a graph can be written in. */
export const GRAPH_FORMATS = ['json', 'dot', 'graphml', 'gexf', 'mermaid', 'svg'] as const;

/** One of {@link GRAPH_FORMATS}. */
export type GraphFormat = (typeof GRAPH_FORMATS)[number];

/** Writes a graph in a format; `options` are for pictures. Same graph, same bytes. */
export function formatGraph(
  graph: DependencyGraph,
  format: GraphFormat,
  options: Partial<SvgOptions> = {},
): string {
  switch (format) {
    case 'json':
      return toJson(graph);
    case 'dot':
      return toDot(graph);
    case 'graphml':
      return toGraphml(graph);
    case 'gexf':
      return toGexf(graph);
    case 'mermaid':
      return toMermaid(graph);
    case 'svg':
      return toSvg(graph, options);
  }
}
