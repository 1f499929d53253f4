export type {
  EdgeHint,
  GraphNode,
  GraphPart,
  GraphTransform,
  InferredEdge,
  ObservedEdge,
} from './graph-part.js';
export {
  EDGE_HINTS,
  graphNodeSchema,
  graphPartSchema,
  graphTransformSchema,
  ISOLATION_REASONS,
  inferredEdgeSchema,
  observedEdgeSchema,
} from './graph-part.js';
