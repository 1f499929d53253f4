import type { GraphPart, Model } from '@ethogram/model';
import { activityMetrics, type Draft } from './draft.js';
import { type LearnGraphInput, learnGraph } from './graph/learn-graph.js';
import { loadKernels } from './kernels/load-kernels.js';
import { learnAxes } from './learn-source.js';
import { LEARN_DEFAULTS, type TrainHooks, type TrainOptions } from './options.js';
import { type Activity, recordActivity } from './passes/activity.js';
import { gatherWindow } from './rows/gather-window.js';
import { inGroupsOf, type ReadBlocks } from './rows/read-blocks.js';
import type { Survey } from './rows/survey.js';
import { checkSurvey, sourceTasks } from './source-tasks.js';

/**
 * Learns who depends on whom in a window, and nothing else: the same graph as that of `train`, at
 * a fraction of its time. Works in the calling thread.
 * @throws as `train` does.
 */
export async function learnWindowGraph(
  readRecorded: ReadBlocks,
  options: Pick<TrainOptions, 'window' | 'seed' | 'group'>,
  hooks: Pick<TrainHooks, 'kernels' | 'signal'> = {},
): Promise<GraphPart> {
  const read = inGroupsOf(readRecorded, options.group ?? null);
  const { window } = options;
  const { signal } = hooks;
  const gathered = await gatherWindow(read, window, { signal });
  try {
    const { survey, plan } = gathered;
    checkSurvey(survey, LEARN_DEFAULTS.maxLost);
    const { waiting, common } = sourceTasks(gathered, options, LEARN_DEFAULTS);
    const kernels = await loadKernels(hooks.kernels ?? null);
    const drafts = waiting.map(({ draft, rows }) =>
      // What has a metric of its own is not asked for its first component.
      activityMetrics(draft).length > 0
        ? draft
        : learnAxes({ ...common, draft, rows: rows() }, kernels),
    );
    const activity = await recordActivity(read, window, drafts, {
      timing: plan.timing,
      ts: survey.ts,
      signal,
    });
    return (await graphOf(survey, drafts, activity, options, hooks)) as GraphPart;
  } finally {
    gathered.rows.close();
  }
}

/** The graph of a window, as the hooks want it; null where they want none. */
export async function graphOf(
  survey: Survey,
  drafts: readonly Draft[],
  { activity, activityMetric }: Activity,
  options: Pick<TrainOptions, 'window' | 'seed'>,
  hooks: Pick<TrainHooks, 'learnGraph' | 'signal'>,
): Promise<Model['graph']> {
  if (hooks.learnGraph === null) return null;
  const learn = hooks.learnGraph ?? learnGraph;
  const input: LearnGraphInput = {
    range: { from: options.window.from, to: options.window.to },
    stepMs: survey.intervalMs,
    sources: drafts.map((draft, i) => ({
      kind: draft.kind,
      name: draft.name,
      metric: activity[i] ? (activityMetric[i] ?? null) : null,
      own: draft.self,
    })),
    activity,
    links: survey.links,
    seed: options.seed,
    ...(hooks.signal ? { signal: hooks.signal } : {}),
  };
  return learn(input);
}
