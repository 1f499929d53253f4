import type { Block, TimeRange } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import {
  RecordingDigest,
  type RecordingView,
  ScoreDigest,
  type ScoreView,
  type SourceModes,
} from '@ethogram/report';
import type { Feedback } from '@ethogram/score';
import { stepOf } from '../window/in-steps-of-model.js';
import { StepMerger } from '../window/step-merger.js';
import { ModeFollower } from './mode-follower.js';

/** What a page shows of recorded ticks. */
export interface ReadWindow {
  readonly recording: RecordingView;
  /** Null without a model. */
  readonly scores: ScoreView | null;
  readonly modes: readonly SourceModes[];
}

/**
 * Reads the blocks of a window once and adds them up for a page, scored where there is a model. Memory depends on
 * the sources, not on the length of the window.
 * @param options `scoredFrom`: scores of ticks before it are left out, the scorer only warms up on
 *   them; `feedback`: what people said of earlier anomalies.
 */
export async function readWindow(
  blocks: AsyncIterable<Block>,
  range: TimeRange,
  model: Model | null,
  {
    scoredFrom = range.from,
    feedback = [],
  }: { readonly scoredFrom?: number; readonly feedback?: readonly Feedback[] } = {},
): Promise<ReadWindow> {
  const { createScorer } = await import('@ethogram/score');
  const scorer = model && createScorer(model, { feedback });
  const recording = new RecordingDigest(range);
  let scores: ScoreDigest | undefined;
  let modes: ModeFollower | undefined;
  const merger = new StepMerger(model ? stepOf(model) : undefined);
  const score = (block: Block): void => {
    if (!model || !scorer) return;
    scores ??= new ScoreDigest(recording.bins);
    modes ??= new ModeFollower(model, recording.bins);
    modes.push(block);
    for (const tick of scorer.push(block)) if (tick.ts >= scoredFrom) scores.push(tick);
  };
  for await (const block of blocks) {
    recording.push(block);
    for (const step of merger.push(block)) score(step);
  }
  for (const step of merger.rest()) score(step);
  return {
    recording: recording.view(),
    scores: scores?.view() ?? null,
    modes: modes?.view() ?? [],
  };
}
