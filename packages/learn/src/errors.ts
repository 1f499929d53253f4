import { defineErrors } from '@ethogram/core';

/** What can keep a window from being learned. */
export const learnErrors = defineErrors({
  'LEARN-1001': {
    title: 'Not enough data to learn anything',
    remedy: 'Record for at least a minute; 15 minutes allow rates, 2 hours everything.',
    exitCode: 4,
  },
  'LEARN-1002': {
    title: 'Too much was lost while the window was recorded',
    remedy:
      'Exclude the bad part with --exclude, or record again with less load or a longer interval.',
    exitCode: 2,
  },
  'LEARN-1003': {
    title: 'The window holds several hosts',
    remedy: 'Models are per host: name a recording or a host.',
    exitCode: 2,
  },
  'LEARN-1004': {
    title: 'The window holds a number that is not finite',
    remedy: 'Import or record the data again; NaN and infinity are never learned.',
    exitCode: 2,
  },
  'LEARN-1005': {
    title: 'The rows of the window find no room',
    remedy: 'Name a folder with more room in TMPDIR, or learn from a shorter window.',
    exitCode: 1,
  },
});
