import { seededRng } from '@ethogram/core';
import type { Columns } from './columns.js';
import { graphicalLasso } from './graphical-lasso.js';
import { shiftColumns, upperTriangle } from './infer-edges.js';
import { type PairOptions, type PairStatistics, pairStatistics } from './pair-statistics.js';
import { silhouetteClusters } from './silhouette-clusters.js';

/** A piece of the inference that can run in another thread. */
export type Task =
  | {
      readonly type: 'pairs';
      readonly x: Columns;
      readonly options: PairOptions;
      /** Penalty of the graphical lasso. */
      readonly lambda: number;
    }
  | {
      readonly type: 'null strengths';
      readonly x: Columns;
      readonly options: PairOptions;
      readonly seed: number;
      /** Which replicate; each has its own stream of random numbers. */
      readonly replicate: number;
    }
  | { readonly type: 'clusters'; readonly r: Float64Array; readonly p: number };

/** What a {@link Task} gives. */
export type TaskResult = ObservedPairs | Float64Array | Int32Array;

/** Statistics of the pairs as they were recorded, and the sparse precision matrix. */
export interface ObservedPairs extends PairStatistics {
  /** By the graphical lasso, row-major `p × p`. */
  readonly precision: Float64Array;
}

/** Runs a task here and now; the same task gives the same bytes in every thread. */
export function runTask(task: Task): TaskResult {
  switch (task.type) {
    case 'pairs': {
      const pairs = pairStatistics(task.x, task.options);
      const { precision } = graphicalLasso(pairs.covariance, pairs.p, task.lambda);
      return { ...pairs, precision };
    }
    case 'null strengths': {
      const rng = seededRng(task.seed).fork(`graph/shift/${task.replicate}`);
      const shifted = pairStatistics(shiftColumns(task.x, rng), task.options);
      return upperTriangle(shifted.strength, shifted.p);
    }
    case 'clusters':
      return silhouetteClusters(task.r, task.p);
  }
}
