import { countIncidents } from '@ethogram/score';

/** What the worker threads of training count incidents with. */
export const evaluate = countIncidents;
