import type { Model, Thresholds } from '@ethogram/model';
import type { Evaluation } from './options.js';

const DAY_MS = 86_400_000;
/** Smallest score that counts as off: once in a thousand. */
const LEAST_SCORE = 3;
/** Where enough time was held out to show the budget, the search begins at once in a hundred. */
const SEARCH_FROM = 2;
const SEARCH_STEP = 0.25;
const SEARCH_STEPS = 16;

/**
 * The score that leaves the accepted number of alarms a day if scores were independent: one
 * evaluation per calibration step and source.
 */
export function budgetScore(perDay: number, sources: number, calibrationMs: number): number {
  const evaluations = (DAY_MS / calibrationMs) * Math.max(1, sources);
  return Math.max(LEAST_SCORE, Math.log10(evaluations / perDay));
}

/**
 * Upper end of the 95 % interval of a Poisson rate from a count (exact, by bisection on the
 * Poisson distribution function; Garwood 1936).
 * @returns events per unit, for a count in one unit.
 */
export function poissonUpperBound(count: number): number {
  let low = count;
  let high = count * 2 + 20;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (poissonCdf(count, middle) > 0.05) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function poissonCdf(count: number, mean: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  for (let i = 1; i <= count; i++) {
    term *= mean / i;
    sum += term;
  }
  return sum;
}

/** How much held-out time there is, and how much of it is judged, hours. */
export interface HeldOutHours {
  readonly all: number;
  readonly judged: number;
}

/**
 * Looks for the lowest score whose incidents over held-out time meet the budget, in steps of a
 * quarter: from once in a hundred where a quiet held-out part would show the budget (95 %), from the
 * budget's own score where it could not. Since a higher score opens no more alarms, the steps are
 * halved, not tried one by one: a model is judged six times at most, and twice where no score will do.
 */
export async function fitThresholds(
  model: Model,
  perDay: number,
  heldOut: HeldOutHours,
  evaluate: ((model: Model) => Promise<Evaluation>) | undefined,
): Promise<Thresholds> {
  const scored = model.sources.filter((source) => source.calibration !== null).length;
  const calibrationMs = model.timing.calibrationTicks * model.timing.intervalMs;
  const shows = (poissonUpperBound(0) * 24) / heldOut.judged <= perDay;
  const lowest = shows && evaluate ? SEARCH_FROM : budgetScore(perDay, scored, calibrationMs);
  const scoreOf = (step: number): number => lowest + step * SEARCH_STEP;
  const judge = (step: number): Promise<Evaluation> | undefined => {
    const warn = scoreOf(step);
    return evaluate?.({
      ...model,
      thresholds: { ...model.thresholds, warn, critical: warn + 1 },
    });
  };
  const meets = ({ incidents, hours }: Evaluation): boolean =>
    incidents <= Math.max(0, (perDay * hours) / 24);
  let step = 0;
  let found = await judge(step);
  if (found && !meets(found)) {
    let failing = step;
    step = SEARCH_STEPS - 1;
    found = await judge(step);
    while (found && meets(found) && step - failing > 1) {
      const middle = (failing + step) >> 1;
      const tried = await judge(middle);
      if (tried && meets(tried)) [step, found] = [middle, tried];
      else failing = middle;
    }
  }
  const warn = scoreOf(step);
  const base = { falseAlarmsPerDay: perDay, warn, critical: warn + 1 };
  if (!found || found.hours <= 0) {
    return { ...base, heldOut: null, statement: 'No held-out time: the budget cannot be shown.' };
  }
  const { incidents, hours } = found;
  const upperPerDay = (poissonUpperBound(incidents) * 24) / hours;
  const length = lengthText(hours);
  const part = heldOut.judged < heldOut.all ? `${length} of ${lengthText(heldOut.all)}` : length;
  const count = `${incidents} ${incidents === 1 ? 'incident' : 'incidents'} in ${part} of held-out time`;
  const statement =
    upperPerDay > perDay
      ? `${count}: ${perDay}/d cannot be shown from ${length}; shown: ≤ ${upperPerDay.toPrecision(2)}/d.`
      : `${count}: ≤ ${upperPerDay.toPrecision(2)}/d, within ${perDay}/d.`;
  return { ...base, heldOut: { incidents, hours, upperPerDay }, statement };
}

function lengthText(hours: number): string {
  return hours < 1 ? `${Math.round(hours * 60)} min` : `${hours.toFixed(1)} h`;
}
