import type { DependencyGraph } from '../graph-attributes.js';

/** The graph in graphology's own serialised form, which `Graph.from(JSON.parse(text))` reads. */
export function toJson(graph: DependencyGraph): string {
  return `${JSON.stringify(graph.export(), null, 2)}\n`;
}
