import { defineErrors } from '@ethogram/core';

/** Errors of the graph package. */
export const graphErrors = defineErrors({
  'GRAPH-1001': {
    title: 'No such source in the graph',
    remedy: 'List the sources with `ethogram sources`, and name one by its key, name or label.',
    exitCode: 2,
  },
});
