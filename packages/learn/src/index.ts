export type {
  ActivitySource,
  GraphInput,
  GraphOptions,
  MergedLink,
} from './graph/graph-input.js';
export { GRAPH_DEFAULTS } from './graph/graph-input.js';
export type { LearnGraphInput } from './graph/learn-graph.js';
export { learnGraph } from './graph/learn-graph.js';
export { LinkMerger } from './graph/merge-links.js';
