import type { Block } from '@ethogram/core';
import { inGroups } from '@ethogram/features';
import type { Model } from '@ethogram/model';
import type { Feedback } from './feedback.js';
import { HostScorer } from './host-scorer.js';
import type { IncidentRecord, TickScore } from './records.js';

/** How to start. */
export interface ScorerOptions {
  /** A text that {@link Scorer.checkpoint} gave: goes on where that scorer stood. */
  readonly checkpoint?: string;
  /** What people said so far; each holds from its own time on, so that a replay repeats it. */
  readonly feedback?: readonly Feedback[];
}

/** Scores ticks as they come. */
export interface Scorer {
  /**
   * Scores the ticks of a block, one result per tick, in order. How ticks are cut into blocks
   * changes nothing, to the bit; nothing after a tick is looked at to score it.
   * @throws SCORE-1003 on ticks much coarser than those of training.
   */
  push(block: Block): TickScore[];
  /**
   * Takes feedback on an anomaly: it holds from the next tick at or after its time on, until a later
   * word on the same anomaly does.
   */
  acknowledge(feedback: Feedback): void;
  /**
   * Takes over an incident that another scorer left open (a model before this one, a service that
   * was killed): from the first tick at or after its start what belongs to it joins it, and it is
   * closed like every other once it has grown quiet. One that it has already is left as it is.
   */
  reopen(incident: IncidentRecord): void;
  /**
   * All that it knows, as text. Its size depends on the model, not on how long it ran. Records from
   * here on name it by its id, as do those of a scorer that takes it up: both give the same bytes.
   */
  checkpoint(): string;
}

/**
 * Makes a scorer for a model.
 * @throws SCORE-1001 or SCORE-1002 on a checkpoint of another model or a damaged one.
 */
export function createScorer(model: Model, options: ScorerOptions = {}): Scorer {
  const scorer = new HostScorer(model);
  // What is returned must not hold the model.
  const { group } = model;
  if (options.checkpoint !== undefined) scorer.resume(options.checkpoint);
  for (const given of options.feedback ?? []) scorer.acknowledge(given);
  return {
    acknowledge: (feedback) => scorer.acknowledge(feedback),
    reopen: (incident) => scorer.reopen(incident),
    push: (recorded) => {
      const block = inGroups(recorded, group);
      return Array.from(block.ts, (_, t) => scorer.tick(block, t));
    },
    checkpoint: () => scorer.checkpoint(),
  };
}
