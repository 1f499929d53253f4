import type { TimeRange } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import { loadKernels } from './kernels/load-kernels.js';
import { type LearnedSource, learnSource, type SourceTask } from './learn-source.js';
import type { Evaluation, TrainHooks } from './options.js';
import {
  inGroupsOf,
  type ReaderModule,
  type ReaderPlace,
  type WindowReader,
} from './rows/read-blocks.js';
import { readStretch, type StretchTask } from './rows/read-stretch.js';
import type { Stretch } from './rows/stretch.js';
import type { Workshop } from './threads/worker-pool.js';

/** A piece of training that any thread can do. */
export type LearningJob =
  | {
      readonly type: 'stretch';
      readonly reader: ReaderPlace;
      readonly group: Model['group'];
      readonly task: StretchTask;
    }
  | {
      readonly type: 'source';
      /** URL of the module of kernels; null for those in TypeScript. */
      readonly kernels: string | null;
      readonly task: SourceTask;
    }
  | {
      readonly type: 'evaluate';
      readonly reader: ReaderPlace;
      /** URL of an {@link EvaluatorModule}. */
      readonly evaluator: string;
      readonly model: Model;
      /** What is read, and from when on incidents count. */
      readonly range: TimeRange;
      readonly from: number;
    };

/** What a job gives. */
export type LearningResult = Stretch | LearnedSource | Evaluation;

/** What a module exports that runs the alarm logic of scoring in a worker thread. */
export interface EvaluatorModule {
  readonly evaluate: NonNullable<TrainHooks['evaluate']>;
}

/** Does the jobs of one thread; its reader is opened at the first job that reads, and kept. */
export class LearningBench {
  #opened: Promise<WindowReader> | undefined;

  /** Does a job; all jobs name the same reader. */
  async run(job: LearningJob): Promise<LearningResult> {
    switch (job.type) {
      case 'source':
        return learnSource(job.task, await loadKernels(job.kernels));
      case 'stretch': {
        const { read } = await this.#reader(job.reader);
        return readStretch(inGroupsOf(read, job.group), job.task);
      }
      case 'evaluate': {
        const { read } = await this.#reader(job.reader);
        const { evaluate }: EvaluatorModule = await import(job.evaluator);
        return evaluate(job.model, inGroupsOf(read, job.model.group)(job.range), job.from);
      }
    }
  }

  /** Closes the reader. */
  async close(): Promise<void> {
    await (await this.#opened)?.close();
  }

  #reader({ module, place }: ReaderPlace): Promise<WindowReader> {
    this.#opened ??= import(module).then((loaded: ReaderModule) => loaded.openReader(place));
    return this.#opened;
  }
}

/** Where worker threads do the jobs of training. */
export function learningWorkshop(): Workshop<LearningJob, LearningResult> {
  const bench = new LearningBench();
  return {
    entry: new URL('./learning-worker.js', import.meta.url),
    run: (job) => bench.run(job),
  };
}
