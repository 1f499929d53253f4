import { type Draft, draftSource } from './draft.js';
import { learnErrors } from './errors.js';
import type { SourceTask } from './learn-source.js';
import type { WaitingSource } from './learn-sources.js';
import { noveltyLimit } from './novelty-limit.js';
import type { LearnSettings, TrainOptions } from './options.js';
import { SEASON_DAYS } from './passes/season.js';
import type { RegimePlan } from './regime.js';
import type { GatheredWindow } from './rows/gather-window.js';
import type { Survey } from './rows/survey.js';

/** Fewest ticks from which even ranges are learned. */
const MIN_TICKS = 30;
/** Fewest times that a sporadic source must have been at work for its rates to be judged. */
const MIN_EPISODES = 20;
const DAY_MS = 86_400_000;

/** What is to be learned of each source of a window, and what all of them have in common. */
export function sourceTasks(
  { survey, plan, rows, indices }: GatheredWindow,
  { window, seed }: Pick<TrainOptions, 'window' | 'seed'>,
  settings: LearnSettings,
): {
  readonly waiting: readonly WaitingSource[];
  readonly common: Omit<SourceTask, 'draft' | 'rows'>;
} {
  const fitTicks = Math.floor(survey.ts.length * settings.fitShare);
  const full = plan.regime === 'full';
  return {
    waiting: survey.sources.map((source, i) => {
      const draft = draftSource(source, survey, settings);
      draft.withoutRates = withoutRates(draft, plan);
      draft.noveltyLimit = noveltyLimit(source, fitTicks, plan.timing.shareTicks);
      return { draft, rows: () => rows.of(indices[i] as number) };
    }),
    common: {
      times: rows.times(),
      window: { from: window.from, to: window.to },
      timing: plan.timing,
      fitUntil: plan.regime === 'provisional' ? window.to : (survey.ts[fitTicks] as number),
      settings,
      full,
      seasons: window.to - window.from >= SEASON_DAYS * DAY_MS && full,
      few: survey.sources.length <= settings.fewSources,
      seed,
    },
  };
}

/**
 * Refuses a window from which nothing can be learned.
 * @throws LEARN-1001 too little data; LEARN-1002 too much lost.
 */
export function checkSurvey(survey: Survey, maxLost: number): void {
  if (survey.ts.length < MIN_TICKS) {
    throw learnErrors.make(
      'LEARN-1001',
      `window: expected at least ${MIN_TICKS} ticks, found ${survey.ts.length}`,
    );
  }
  const share = survey.lost / Math.max(1, survey.lost + survey.counted);
  if (survey.lost > 0 && survey.counted > 0 && share > maxLost) {
    throw learnErrors.make(
      'LEARN-1002',
      `window: expected at most ${maxLost * 100} % lost, found ${(share * 100).toFixed(1)} %`,
    );
  }
}

function withoutRates(draft: Draft, plan: RegimePlan): string | null {
  if (draft.self) return 'our own recorder';
  if (plan.regime === 'provisional') return plan.missing[0] ?? 'too little data';
  if (draft.sporadic && draft.episodes < MIN_EPISODES) {
    return `at work only ${draft.episodes} times, needs ${MIN_EPISODES}`;
  }
  return null;
}
