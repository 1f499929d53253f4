import { type Block, EthogramError } from '@ethogram/core';
import type { Scorer, TickScore } from '@ethogram/score';

/**
 * Scores ticks, or says why they are too coarse for the model: who measures ever more slowly to keep
 * within its limit of CPU goes on recording, and scores again when ticks are fine again.
 */
export function scoredIfFine(scorer: Scorer, block: Block): readonly TickScore[] | string {
  try {
    return scorer.push(block);
  } catch (failure) {
    if (failure instanceof EthogramError && failure.code === 'SCORE-1003') return failure.message;
    throw failure;
  }
}
