import { defineErrors } from '@ethogram/core';

/** Errors of the command line itself: what was typed, configured or asked for. */
export const cliErrors = defineErrors({
  'CLI-1001': {
    title: 'The command line is not understood',
    remedy: 'Run `ethogram help` or `ethogram COMMAND --help`.',
    exitCode: 2,
  },
  'CLI-1002': {
    title: 'An option has a value that it cannot have',
    remedy: 'The message says what was expected; `ethogram COMMAND --help` shows examples.',
    exitCode: 2,
  },
  'CLI-1003': {
    title: 'The config file cannot be read',
    remedy: 'Correct the place named, then run `ethogram config check`.',
    exitCode: 2,
  },
  'CLI-1004': {
    title: 'The config file has a key that does not exist',
    remedy: 'Remove or rename it; docs/cli.md lists every key. Nothing is ignored silently.',
    exitCode: 2,
  },
  'CLI-1005': {
    title: 'There is no such recording',
    remedy: 'Run `ethogram recordings` to see which there are in this store.',
    exitCode: 2,
  },
  'CLI-1006': {
    title: 'There is no such model',
    remedy: 'Run `ethogram models ls`, or give the path of a model file.',
    exitCode: 2,
  },
  'CLI-1007': {
    title: 'The window holds no ticks',
    remedy: 'Run `ethogram recordings` to see what time the store covers.',
    exitCode: 4,
  },
  'CLI-1008': {
    title: 'A file cannot be read or written',
    remedy: 'Check the path, its permissions and the space left on the disk.',
    exitCode: 2,
  },
  'CLI-1009': {
    title: 'The model is not ready',
    remedy: 'Record for longer, or train without --require-ready.',
    exitCode: 4,
  },
  'CLI-1010': {
    title: 'There is no such event',
    remedy: 'Events are named by the `id` of an anomaly record that `ethogram score` printed.',
    exitCode: 2,
  },
  'CLI-1011': {
    title: 'This host is being recorded already',
    remedy: 'Stop the other recorder, or record into another store.',
    exitCode: 1,
  },
  'CLI-1012': {
    title: 'The model has no dependency graph',
    remedy: 'Train on a window in which several sources were active for a minute or more.',
    exitCode: 4,
  },
  'CLI-1013': {
    title: 'The address for the metrics cannot be listened on',
    remedy: 'Give another one with --metrics-listen HOST:PORT, or --metrics-listen off.',
    exitCode: 2,
  },
  'CLI-1014': {
    title: 'The config file names alert targets, and others may write it',
    remedy: "Make it root's or your own, and writable by its owner alone: chmod go-w FILE.",
    exitCode: 2,
  },
  'CLI-1015': {
    title: 'The trusted keys could have been written by someone else',
    remedy: 'chown root:root FILE && chmod 644 FILE, after you have looked at what it holds.',
    exitCode: 2,
  },
  'CLI-1016': {
    title: 'Others may read the signing key',
    remedy: 'chmod 600 FILE; take a new key where somebody may have read it.',
    exitCode: 2,
  },
  'CLI-1017': {
    title: 'There is no such checkpoint',
    remedy: 'Give the `checkpoint` of an anomaly record of this store, or leave --checkpoint out.',
    exitCode: 2,
  },
  'CLI-9001': {
    title: 'Something failed that should not have',
    remedy: 'Run again with --log-level debug, and report what it prints as a bug.',
    exitCode: 1,
  },
});
