import { type Model, REGIMES } from '@ethogram/model';
import type { Evaluation } from './options.js';

/** Whether a candidate may take the place of the active model, and why. */
export interface CandidateVerdict {
  readonly promote: boolean;
  /** In words, for the log and for people. */
  readonly reason: string;
}

/**
 * The gate of an update: a candidate is promoted only if it may say at least as much as the
 * active model and alarms no more often on the same held-out time, which neither was fitted on.
 * @param active @param candidate what each said of that time; see `TrainHooks.evaluate`.
 */
export function judgeCandidate(
  active: { readonly model: Model; readonly heldOut: Evaluation },
  candidate: { readonly model: Model; readonly heldOut: Evaluation },
): CandidateVerdict {
  const rank = (model: Model): number => REGIMES.indexOf(model.regime);
  if (rank(candidate.model) < rank(active.model)) {
    const reason = `the candidate is ${candidate.model.regime}, the active model ${active.model.regime}`;
    return { promote: false, reason };
  }
  const was = incidentsPerDay(active.heldOut);
  const is = incidentsPerDay(candidate.heldOut);
  const compared = `${is.toFixed(1)} incidents a day on held-out time, the active model ${was.toFixed(1)}`;
  return is > was
    ? { promote: false, reason: `the candidate gives ${compared}` }
    : { promote: true, reason: `the candidate gives ${compared}` };
}

function incidentsPerDay({ incidents, hours }: Evaluation): number {
  return hours > 0 ? (incidents * 24) / hours : 0;
}
