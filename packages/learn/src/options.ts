import type { Block, Window } from '@ethogram/core';
import type { GraphPart, Model } from '@ethogram/model';
import type { LearnGraphInput } from './graph/learn-graph.js';
import type { ReaderPlace } from './rows/read-blocks.js';

/** What to learn. */
export interface TrainOptions {
  readonly name: string;
  readonly window: Window;
  /** The only source of randomness: same seed and input, same bytes. */
  readonly seed: number;
  /** Accepted false alarms: incidents per host and day, > 0. */
  readonly falseAlarms?: number;
  /** Id of the model that this one follows. */
  readonly parent?: string | null;
  /** Merges processes of the recording: a unit as one source, or an executable. */
  readonly group?: Model['group'];
  readonly settings?: Partial<LearnSettings>;
}

/** How far training has come. */
export interface TrainProgress {
  readonly step: 'read' | 'sources' | 'graph' | 'thresholds';
  /** Of all training, 0 … 1. */
  readonly done: number;
}

/** What the whole alarm logic said about a stretch of time. */
export interface Evaluation {
  readonly incidents: number;
  readonly hours: number;
}

/** What training asks of others. */
export interface TrainHooks {
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly signal?: AbortSignal;
  /**
   * URL of a module that exports `kernels` ({@link KernelModule}); it is loaded in every thread.
   * Without it those in TypeScript work.
   */
  readonly kernels?: string | null;
  /** Worker threads; by default one per processor, 0 for none. */
  readonly threads?: number;
  /** Where worker threads open the recording for themselves; without it they don't read. */
  readonly reader?: ReaderPlace | null;
  /** URL of a module that exports `evaluate` as below ({@link EvaluatorModule}), for them. */
  readonly evaluator?: string | null;
  /** Replaces the graph learning of this package; null leaves the graph out. */
  readonly learnGraph?: ((input: LearnGraphInput) => Promise<GraphPart>) | null;
  /**
   * Runs the whole alarm logic of scoring with this model over ticks, counting what opens from
   * `from` on. Learning never imports scoring: who wires both passes this in.
   */
  readonly evaluate?: (
    model: Model,
    blocks: AsyncIterable<Block>,
    from: number,
  ) => Promise<Evaluation>;
}

/** Settings of learning that are not the user's business. */
export interface LearnSettings {
  /** Share of the window that the fit sees; the rest calibrates. */
  readonly fitShare: number;
  /** Most windows that a clustering is fitted on. */
  readonly maxWindows: number;
  /** System calls that have a place of their own in the mix. */
  readonly commonCalls: number;
  /** Variance that the principal axes keep, and how many at most (per source count). */
  readonly variance: number;
  readonly maxAxes: number;
  readonly maxAxesFewSources: number;
  readonly fewSources: number;
  /** |correlation| from which two metrics say the same. */
  readonly duplicate: number;
  /** Largest share of what happened that may have been lost. */
  readonly maxLost: number;
}

/** The settings that hold where none are given. */
export const LEARN_DEFAULTS: Readonly<LearnSettings> = Object.freeze({
  fitShare: 0.7,
  // More windows change the centres little and cost linearly.
  maxWindows: 3000,
  commonCalls: 20,
  // Less loses what is rare, more leaves nothing for the joint view.
  variance: 0.95,
  // Eight axes keep 200 sources within the time; few sources may have as many as 32 KB hold.
  maxAxes: 8,
  maxAxesFewSources: 40,
  fewSources: 8,
  // Only copies. Dropping from .98 on cost .04 of .59 VUS-PR on services, and of two metrics that
  // moved as one at .9999 the dropped one could double unseen.
  duplicate: 0.999_999,
  maxLost: 0.05,
});
