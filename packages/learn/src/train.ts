import { type Block, seededRng, sourceKey } from '@ethogram/core';
import { MODEL_SCHEMA, type Model, sealModel } from '@ethogram/model';
import { type Draft, draftSource } from './draft.js';
import { learnErrors } from './errors.js';
import { fitThresholds } from './false-alarms.js';
import type { LearnGraphInput } from './graph/learn-graph.js';
import { learnGraph } from './graph/learn-graph.js';
import { libraryVersions } from './library-versions.js';
import { noveltyLimit } from './novelty-limit.js';
import { LEARN_DEFAULTS, type TrainHooks, type TrainOptions } from './options.js';
import { calibrateWindow } from './passes/calibrate.js';
import { type Clustering, clusterWindow } from './passes/cluster.js';
import { exploreWindow } from './passes/explore.js';
import { SEASON_DAYS, seasonWindow } from './passes/season.js';
import { type Survey, surveyWindow } from './passes/survey.js';
import { planRegime, type RegimePlan } from './regime.js';

/** Fewest ticks from which even ranges are learned. */
const MIN_TICKS = 30;
/** Fewest times that a sporadic source must have been at work for its rates to be judged. */
const MIN_EPISODES = 20;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Learns a model from a recorded window, reading it four times as blocks and never whole. Same
 * window, options and seed give the same model to the byte; no clock is read.
 * @param read starts reading the window anew at every call.
 * @throws LEARN-1001 too little data; LEARN-1002 too much lost; LEARN-1003 several hosts;
 * LEARN-1004 a number that is not finite; the signal's reason when aborted.
 */
export async function train(
  read: () => AsyncIterable<Block>,
  options: TrainOptions,
  hooks: TrainHooks = {},
): Promise<Model> {
  const settings = { ...LEARN_DEFAULTS, ...options.settings };
  const { window } = options;
  const { signal } = hooks;
  const rng = seededRng(options.seed);
  const survey = await surveyWindow(read(), window, signal);
  checkSurvey(survey, settings.maxLost);
  hooks.onProgress?.({ step: 'survey', done: 0.2 });
  const plan = planRegime(
    survey.ts.length,
    survey.intervalMs,
    survey.sources.every(({ kind }) => kind === 'custom'),
  );
  const fitTicks = Math.floor(survey.ts.length * settings.fitShare);
  const fitUntil = plan.regime === 'provisional' ? window.to : (survey.ts[fitTicks] as number);
  const drafts = survey.sources.map((source) => draftSource(source, survey, settings));
  const totals = { sources: drafts.length, series: 0 };
  for (const [i, draft] of drafts.entries()) {
    const source = survey.sources[i];
    totals.series += (source?.metrics.size ?? 0) + (source?.calls.size ?? 0);
    draft.withoutRates = withoutRates(draft, plan);
    if (source) draft.noveltyLimit = noveltyLimit(source, fitTicks, plan.timing.shareTicks);
  }
  const pass = { timing: plan.timing, fitUntil, settings, signal };
  if (window.to - window.from >= SEASON_DAYS * DAY_MS && plan.regime === 'full') {
    await seasonWindow(read(), window, drafts, pass);
  }
  const found = await exploreWindow(read(), window, drafts, pass);
  hooks.onProgress?.({ step: 'explore', done: 0.4 });
  const clustered = await clusterWindow(read(), window, drafts, {
    ...pass,
    ticks: survey.ts.length,
    full: plan.regime === 'full',
    maxWindows: settings.maxWindows,
    rng,
    onSource: (done) => hooks.onProgress?.({ step: 'cluster', done: 0.4 + 0.3 * done }),
  });
  const calibration = await calibrateWindow(read(), window, drafts, pass);
  hooks.onProgress?.({ step: 'calibrate', done: 0.8 });
  const graph = await graphPart(survey, drafts, clustered, options, hooks);
  hooks.onProgress?.({ step: 'graph', done: 0.9 });
  const perDay = options.falseAlarms ?? 1;
  const model = sealModel({
    schema: MODEL_SCHEMA,
    name: options.name,
    parent: options.parent ?? null,
    host: survey.host,
    backends: [...survey.backends],
    window: { from: window.from, to: window.to, exclude: window.exclude.map((r) => ({ ...r })) },
    calibrationFrom: fitUntil,
    seed: options.seed,
    regime: plan.regime,
    missing: [...plan.missing],
    ticks: survey.ts.length,
    timing: plan.timing,
    sources: drafts,
    thresholds: {
      falseAlarmsPerDay: perDay,
      warn: 3,
      critical: 4,
      heldOut: null,
      statement: '',
    },
    coverage: {
      hours: survey.seconds / 3600,
      restarts: survey.sources.reduce((sum, source) => sum + source.starts, 0),
      seen: calibration.seen,
      ready: plan.regime === 'full' && calibration.seen >= 0.9,
      strangest: [...calibration.strangest],
    },
    steps: {
      select: {
        ...totals,
        blind: [...survey.blind],
        ranking: ranking(drafts),
      },
      clean: {
        constants: countDropped(drafts, 'constant'),
        duplicates: countDropped(drafts, 'duplicate'),
        self: drafts.filter((draft) => draft.self).map(sourceKey),
        gaps: survey.gaps,
        lost: survey.lost,
      },
      explore: found.explore,
      cluster: clustered.cluster,
      correlate: found.correlate,
    },
    failures: [...clustered.failures],
    libraries: libraryVersions(),
    kernels: 'typescript',
    graph,
  });
  const { evaluate } = hooks;
  const heldOut = plan.regime !== 'provisional' && evaluate;
  const thresholds = await fitThresholds(
    model,
    perDay,
    (window.to - fitUntil) / HOUR_MS,
    heldOut ? (candidate) => evaluate(candidate, read(), fitUntil) : undefined,
  );
  hooks.onProgress?.({ step: 'thresholds', done: 1 });
  return sealModel({ ...model, thresholds });
}

function checkSurvey(survey: Survey, maxLost: number): void {
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

/** Sources by what they did: the variance of what they have that is known to move. */
function ranking(drafts: readonly Draft[]): { source: string; relevance: number }[] {
  return drafts
    .map((draft) => ({
      source: sourceKey(draft),
      relevance:
        draft.activeShare *
        draft.features.reduce((sum, f) => sum + Math.min(1, f.sd / (Math.abs(f.mean) + f.sd)), 0),
    }))
    .sort((a, b) => b.relevance - a.relevance || (a.source < b.source ? -1 : 1));
}

function countDropped(drafts: readonly Draft[], reason: 'constant' | 'duplicate'): number {
  return drafts.reduce(
    (sum, draft) => sum + draft.dropped.filter((d) => d.reason === reason).length,
    0,
  );
}

async function graphPart(
  survey: Survey,
  drafts: readonly Draft[],
  clustered: Clustering,
  options: TrainOptions,
  hooks: TrainHooks,
): Promise<Model['graph']> {
  if (hooks.learnGraph === null) return null;
  const learn = hooks.learnGraph ?? learnGraph;
  const input: LearnGraphInput = {
    range: { from: options.window.from, to: options.window.to },
    stepMs: survey.intervalMs,
    sources: drafts.map((draft, i) => ({
      kind: draft.kind,
      name: draft.name,
      metric: clustered.activity[i] ? (clustered.activityMetric[i] ?? null) : null,
      own: draft.self,
    })),
    activity: clustered.activity,
    links: survey.links,
    seed: options.seed,
    ...(hooks.signal ? { signal: hooks.signal } : {}),
  };
  return learn(input);
}
