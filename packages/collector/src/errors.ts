import { defineErrors } from '@ethogram/core';

/** Every error that the collector can raise. */
export const collectorErrors = defineErrors({
  'COLLECT-1001': {
    title: 'The options of the collector are not valid',
    remedy: 'Correct the option that the message names.',
    exitCode: 2,
  },
  'COLLECT-1002': {
    title: 'A recipe cannot be used',
    remedy:
      'Correct what the message names; a recipe must be a regular file of root that nobody else may write.',
    exitCode: 2,
  },
  'COLLECT-2001': {
    title: 'The backend cannot run here',
    remedy: 'Run `ethogram doctor`, or let `--backend auto` choose what works.',
    exitCode: 5,
  },
  'COLLECT-2002': {
    title: 'No backend can run here',
    remedy: 'Run `ethogram doctor`; it names what is missing and how to get it.',
    exitCode: 5,
  },
  'COLLECT-2003': {
    title: 'A native addon is not there',
    remedy: 'Run `npm run build:native`.',
    exitCode: 5,
  },
  'COLLECT-2004': {
    title: 'Some processes cannot be read',
    remedy: 'Run as root, or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.',
    exitCode: 5,
  },
  'COLLECT-2005': {
    title: 'A recipe does not run',
    remedy: 'Install bpftrace and run as root; `bpftrace FILE.bt` shows what it does not like.',
    exitCode: 5,
  },
  'COLLECT-2006': {
    title: 'Privileges could not be given up',
    remedy:
      'Name a user and a group that are not root; grant no capabilities beyond those of root.',
    exitCode: 5,
  },
  'COLLECT-2007': {
    title: 'The kernel can no longer be read',
    remedy:
      'Start the collector again; if it keeps happening, use `--backend procfs` and report it.',
    exitCode: 1,
  },
  'COLLECT-2008': {
    title: 'Measuring costs more than it may',
    remedy:
      'Raise --max-cpu, lower --max-sources, or leave out what costs most: --latency, --recipe.',
    exitCode: 1,
  },
  'COLLECT-3001': {
    title: 'The recording to replay holds nothing',
    remedy: 'Name a recording that `ethogram recordings` lists.',
    exitCode: 4,
  },
});
