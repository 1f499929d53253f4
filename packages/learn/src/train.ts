import { availableParallelism } from 'node:os';
import { sourceKey } from '@ethogram/core';
import { MODEL_SCHEMA, type Model, sealModel } from '@ethogram/model';
import type { Draft } from './draft.js';
import {
  evaluateBlocks,
  type HeldOutBlock,
  heldOutBlocks,
  judgedHours,
} from './evaluate-held-out.js';
import { fitThresholds } from './false-alarms.js';
import { loadKernels } from './kernels/load-kernels.js';
import type { LearnedSource } from './learn-source.js';
import { learnSources } from './learn-sources.js';
import { type LearningJob, type LearningResult, learningWorkshop } from './learning-job.js';
import { libraryVersions } from './library-versions.js';
import { type Evaluation, LEARN_DEFAULTS, type TrainHooks, type TrainOptions } from './options.js';
import { recordActivity } from './passes/activity.js';
import { summarise } from './passes/calibrate.js';
import { hostWindow } from './passes/host.js';
import { type GatheredWindow, gatherWindow } from './rows/gather-window.js';
import { inGroupsOf, type ReadBlocks, type ReaderPlace } from './rows/read-blocks.js';
import type { StretchTask } from './rows/read-stretch.js';
import type { Stretch } from './rows/stretch.js';
import { checkSurvey, sourceTasks } from './source-tasks.js';
import { WorkerPool } from './threads/worker-pool.js';
import { graphOf } from './window-graph.js';

/** Share of the time that each step usually takes. */
const SHARES = Object.freeze({ read: 0.4, sources: 0.3, graph: 0.05 });
const HOUR_MS = 3_600_000;

/**
 * Learns a model from a recorded window, read once as blocks and kept as rows; only its last hour,
 * the hours around the end of the fit part, and what was held out are read again. Same window, options and seed give the same model to the
 * byte, whatever the number of threads; no clock is read.
 * @param readRecorded starts reading the window anew at every call, or a part of it.
 * @throws LEARN-1001 too little data; LEARN-1002 too much lost; LEARN-1003 several hosts;
 * LEARN-1004 a number that is not finite; LEARN-1005 no room; the signal's reason when aborted.
 */
export async function train(
  readRecorded: ReadBlocks,
  options: TrainOptions,
  hooks: TrainHooks = {},
): Promise<Model> {
  const group = options.group ?? null;
  const read = inGroupsOf(readRecorded, group);
  const { window } = options;
  const { signal, reader } = hooks;
  const pool = new WorkerPool(learningWorkshop(), hooks.threads ?? availableParallelism(), signal);
  const readElsewhere = async (place: ReaderPlace, task: StretchTask): Promise<Stretch> =>
    (await pool.run({ type: 'stretch', reader: place, group, task })) as Stretch;
  try {
    const gathered = await gatherWindow(read, window, {
      signal,
      onProgress: (done) => hooks.onProgress?.({ step: 'read', done: done * SHARES.read }),
      ...(reader && pool.threads > 1
        ? { elsewhere: { threads: pool.threads, run: (task) => readElsewhere(reader, task) } }
        : {}),
    });
    try {
      return await trainFrom(gathered, read, options, hooks, pool);
    } finally {
      gathered.rows.close();
    }
  } finally {
    await pool.close();
  }
}

async function trainFrom(
  gathered: GatheredWindow,
  read: ReadBlocks,
  options: TrainOptions,
  hooks: TrainHooks,
  pool: WorkerPool<LearningJob, LearningResult>,
): Promise<Model> {
  const settings = { ...LEARN_DEFAULTS, ...options.settings };
  const { window } = options;
  const { signal } = hooks;
  const { survey, plan, rows } = gathered;
  checkSurvey(survey, settings.maxLost);
  const { waiting, common } = sourceTasks(gathered, options, settings);
  const { fitUntil } = common;
  const totals = { sources: survey.sources.length, series: 0 };
  for (const { metrics, calls } of survey.sources) totals.series += metrics.size + calls.size;
  const learned = await learnSources(waiting, common, {
    kernels: hooks.kernels ?? null,
    pool,
    onSource: (done) =>
      hooks.onProgress?.({ step: 'sources', done: SHARES.read + SHARES.sources * done }),
  });
  rows.close();
  const drafts = learned.map(({ draft }) => draft);
  const calibration = summarise(learned.map((source) => source.calibration));
  const activity = await recordActivity(read, window, drafts, {
    timing: plan.timing,
    ts: survey.ts,
    signal,
  });
  const graph = await graphOf(survey, drafts, activity, options, hooks);
  const together =
    plan.regime === 'provisional'
      ? null
      : await hostWindow(read, window, drafts, graph, { timing: plan.timing, fitUntil, signal });
  hooks.onProgress?.({ step: 'graph', done: SHARES.read + SHARES.sources + SHARES.graph });
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
    group: options.group ?? null,
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
      explore: learned.flatMap(({ explore }) => explore),
      cluster: learned.flatMap(({ cluster }) => cluster),
      correlate: learned.flatMap(({ correlate }) => correlate),
    },
    failures: failuresOf(learned),
    libraries: libraryVersions(),
    kernels: (await loadKernels(hooks.kernels ?? null)).name,
    graph,
    together,
  });
  const judge = judgeOf(hooks, read, pool);
  // Time for every view to speak before anything is counted, and as much to be sure: what
  // `evaluate` of scoring looks at before it counts.
  const warmUpMs = 2 * plan.timing.historyRows * plan.timing.rowTicks * plan.timing.intervalMs;
  const end = Math.min(window.to, (survey.ts[survey.ts.length - 1] as number) + 1);
  const blocks = heldOutBlocks({ from: window.from, to: end }, fitUntil, warmUpMs, {
    sources: drafts.filter(({ calibration }) => calibration !== null).length,
    intervalMs: plan.timing.intervalMs,
  });
  const whole = (window.to - fitUntil) / HOUR_MS;
  const judged = judgedHours(blocks);
  const thresholds = await fitThresholds(
    model,
    perDay,
    { all: whole, judged: judged < 0.99 * ((end - fitUntil) / HOUR_MS) ? judged : whole },
    plan.regime !== 'provisional' && judge
      ? (candidate) => evaluateBlocks(candidate, blocks, judge, pool.threads)
      : undefined,
  );
  hooks.onProgress?.({ step: 'thresholds', done: 1 });
  return sealModel({ ...model, thresholds });
}

/** Judges a model on a block of held-out time, in another thread where that can be. */
function judgeOf(
  { evaluate, evaluator, reader }: TrainHooks,
  read: ReadBlocks,
  pool: WorkerPool<LearningJob, LearningResult>,
): ((model: Model, block: HeldOutBlock) => Promise<Evaluation>) | undefined {
  if (evaluator && reader && pool.threads > 1) {
    return async (model, { range, from }) =>
      (await pool.run({ type: 'evaluate', reader, evaluator, model, range, from })) as Evaluation;
  }
  return evaluate && ((model, { range, from }) => evaluate(model, read(range), from));
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

function failuresOf(learned: readonly LearnedSource[]): Model['failures'] {
  return learned.flatMap(({ draft, failure }) =>
    failure === null ? [] : [{ source: sourceKey(draft), reason: failure }],
  );
}

function countDropped(drafts: readonly Draft[], reason: 'constant' | 'duplicate'): number {
  return drafts.reduce(
    (sum, draft) => sum + draft.dropped.filter((d) => d.reason === reason).length,
    0,
  );
}
