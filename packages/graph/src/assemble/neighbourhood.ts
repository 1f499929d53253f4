import { graphErrors } from '../errors.js';
import type { DependencyGraph } from '../graph-attributes.js';

/**
 * A copy that holds only what is within `hops` edges of a source, whatever their direction.
 * @param focus key, full name, or label.
 * @throws GRAPH-1001 where nothing is called so.
 */
export function keepNeighbourhood(
  graph: DependencyGraph,
  focus: string,
  hops: number,
): DependencyGraph {
  const start = graph.findNode(
    (key, { label }) =>
      key === focus || label === focus || key.slice(key.indexOf(':') + 1) === focus,
  );
  if (start === undefined) {
    throw graphErrors.make('GRAPH-1001', `expected a source of the graph, found '${focus}'`);
  }
  const distance = new Map([[start, 0]]);
  for (const [key, steps] of distance) {
    if (steps >= hops) continue;
    for (const next of graph.neighbors(key)) {
      if (!distance.has(next)) distance.set(next, steps + 1);
    }
  }
  const kept = graph.copy() as DependencyGraph;
  for (const key of graph.nodes()) if (!distance.has(key)) kept.dropNode(key);
  return kept;
}
