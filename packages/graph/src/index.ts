export { buildGraph } from './assemble/build-graph.js';
export { graphErrors } from './errors.js';
export { toDot } from './export/dot.js';
export { toJson } from './export/json.js';
export type {
  DependencyGraph,
  EdgeAttributes,
  Evidence,
  GraphAttributes,
  NodeAttributes,
  Relation,
} from './graph-attributes.js';
export type { GraphViewOptions } from './graph-options.js';
export { VIEW_DEFAULTS } from './graph-options.js';
