import { seededRng } from '@ethogram/core';
import type { Columns } from './columns.js';
import { shiftColumns, upperTriangle } from './infer-edges.js';
import { type PairOptions, type PairStatistics, pairStatistics } from './pair-statistics.js';
import { silhouetteClusters } from './silhouette-clusters.js';

/** A piece of the inference that can run in another thread. */
export type Task =
  | { readonly type: 'pairs'; readonly x: Columns; readonly options: PairOptions }
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
export type TaskResult = PairStatistics | Float64Array | Int32Array;

/** Runs a task here and now; the same task gives the same bytes in every thread. */
export function runTask(task: Task): TaskResult {
  switch (task.type) {
    case 'pairs':
      return pairStatistics(task.x, task.options);
    case 'null strengths': {
      const rng = seededRng(task.seed).fork(`graph/shift/${task.replicate}`);
      const shifted = pairStatistics(shiftColumns(task.x, rng), task.options);
      return upperTriangle(shifted.strength, shifted.p);
    }
    case 'clusters':
      return silhouetteClusters(task.r, task.p);
  }
}
