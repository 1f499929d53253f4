export { learnErrors } from './errors.js';
export { budgetScore, poissonUpperBound } from './false-alarms.js';
export type { ActivitySource, GraphInput, GraphOptions, MergedLink } from './graph/graph-input.js';
export { GRAPH_DEFAULTS } from './graph/graph-input.js';
export type { LearnGraphInput } from './graph/learn-graph.js';
export { learnGraph } from './graph/learn-graph.js';
export { LinkMerger } from './graph/merge-links.js';
export type { Eigen, KernelModule, Kernels, MoveOptions } from './kernels/kernels.js';
export { TYPESCRIPT_KERNELS } from './kernels/typescript-kernels.js';
export type { EvaluatorModule } from './learning-job.js';
export type {
  Evaluation,
  LearnSettings,
  TrainHooks,
  TrainOptions,
  TrainProgress,
} from './options.js';
export { LEARN_DEFAULTS } from './options.js';
export type { ReadBlocks, ReaderModule, ReaderPlace, WindowReader } from './rows/read-blocks.js';
export { train } from './train.js';
export { learnWindowGraph } from './window-graph.js';
