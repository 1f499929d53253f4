import type { Block } from '@ethogram/core';
import { type Model, REGIMES } from '@ethogram/model';
import { countText, durationText } from '@ethogram/report';

/** Whether a candidate takes the place of the model before it, and why. */
export interface Judgement {
  readonly promote: boolean;
  readonly reason: string;
}

/** From this ratio on ticks are of another length. */
const OTHER_LENGTH = 2;

/** How many incidents a model opens over ticks from an instant on. */
export type CountIncidents = (
  model: Model,
  blocks: AsyncIterable<Block>,
  from: number,
) => Promise<{ readonly incidents: number }>;

/**
 * Judges a candidate by the time that its fit did not see: it is promoted where both models,
 * over the same ticks and with the whole alarm logic, do not open more incidents under it. A
 * candidate that may say less than the model before it is never promoted, one that may say more
 * always is.
 * @param read starts reading the candidate's window anew at every call.
 */
export async function judgeCandidate(
  candidate: Model,
  before: Model,
  read: () => AsyncIterable<Block>,
  count: CountIncidents,
): Promise<Judgement> {
  const [now, then] = [candidate, before].map(({ regime }) => REGIMES.indexOf(regime));
  if ((now ?? 0) < (then ?? 0)) {
    const reason = `its regime is ${candidate.regime}, that of the model before it ${before.regime}`;
    return { promote: false, reason };
  }
  if ((now ?? 0) > (then ?? 0)) {
    return { promote: true, reason: `its regime is ${candidate.regime}, up from ${before.regime}` };
  }
  const [length, lengthBefore] = [candidate.timing.intervalMs, before.timing.intervalMs];
  if (Math.max(length, lengthBefore) > OTHER_LENGTH * Math.min(length, lengthBefore)) {
    const reason = `its ticks are of ${durationText(length)}, those of the model before it of ${durationText(lengthBefore)}: no ticks judge both`;
    return { promote: false, reason };
  }
  const { heldOut } = candidate.thresholds;
  if (heldOut === null) {
    return { promote: false, reason: 'no time was held out to compare the two models on' };
  }
  // The time to compare on is the candidate's, of which the earlier model's window knows nothing.
  const { window, calibrationFrom } = candidate;
  const { incidents } = await count({ ...before, window }, read(), calibrationFrom);
  const hours = heldOut.hours.toFixed(1);
  const reason = `${countText(heldOut.incidents, 'incident')} in ${hours} h held out, ${incidents} under the model before it`;
  return { promote: heldOut.incidents <= incidents, reason };
}
