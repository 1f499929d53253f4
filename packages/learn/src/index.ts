export { learnErrors } from './errors.js';
export { budgetScore, poissonUpperBound } from './false-alarms.js';
export type { ActivitySource, GraphInput, GraphOptions, MergedLink } from './graph/graph-input.js';
export { GRAPH_DEFAULTS } from './graph/graph-input.js';
export type { LearnGraphInput } from './graph/learn-graph.js';
export { learnGraph } from './graph/learn-graph.js';
export { LinkMerger } from './graph/merge-links.js';
export type {
  Evaluation,
  LearnSettings,
  TrainHooks,
  TrainOptions,
  TrainProgress,
} from './options.js';
export { LEARN_DEFAULTS } from './options.js';
export { train } from './train.js';
