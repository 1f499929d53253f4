import type { SourceSurvey } from './rows/survey.js';

/** Fewest active ticks from which it is known what a source does. */
const MIN_ACTIVE = 30;

/**
 * Most items that a source showed for the first time within one span of held-out time, with what
 * is known frozen at the end of the fit part: what of novelty is normal for it.
 * A source that was seen too seldom has no limit: what it shows next proves nothing.
 * @param firstSeen item to index of the tick that first showed it.
 * @param fitTicks ticks of the fit part; @param span ticks.
 */
export function noveltyLimit(
  { firstSeen, activeTicks }: Pick<SourceSurvey, 'firstSeen' | 'activeTicks'>,
  fitTicks: number,
  span: number,
): number | null {
  if (activeTicks < MIN_ACTIVE) return null;
  const late = [...firstSeen.values()].filter((tick) => tick >= fitTicks).sort((a, b) => a - b);
  let most = 0;
  let from = 0;
  for (const [to, tick] of late.entries()) {
    while (tick - (late[from] as number) >= span) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}
