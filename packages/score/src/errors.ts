import { defineErrors } from '@ethogram/core';

/** What can keep ticks from being scored. */
export const scoreErrors = defineErrors({
  'SCORE-1001': {
    title: 'A checkpoint belongs to another model',
    remedy: 'Start without --checkpoint, or with the model that wrote it.',
    exitCode: 2,
  },
  'SCORE-1002': {
    title: 'A checkpoint is damaged',
    remedy: 'Start without --checkpoint; scoring warms up again.',
    exitCode: 2,
  },
  'SCORE-1003': {
    title: 'Ticks are too coarse for the model',
    remedy: 'Score ticks of the length that the model was trained on, or train on such ticks.',
    exitCode: 2,
  },
});
