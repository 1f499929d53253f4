import { seededRng, sourceKey, type TimeRange } from '@ethogram/core';
import type { Timing } from '@ethogram/features';
import type { LearningSteps } from '@ethogram/model';
import { withinBytes } from './detectors/registry.js';
import type { Draft } from './draft.js';
import type { Kernels } from './kernels/kernels.js';
import type { LearnSettings } from './options.js';
import { calibrateSource, type SourceCalibration } from './passes/calibrate.js';
import { clusterSource } from './passes/cluster.js';
import { type LastDays, learnDrift, settleDrift } from './passes/drift.js';
import { type Exploration, exploreSource } from './passes/explore.js';
import type { PassSetting } from './passes/pass-setting.js';
import { learnSeasons } from './passes/season.js';
import { replayRows, rowTiming } from './rows/replay.js';
import type { SourceRows } from './rows/row-store.js';
import type { RowTimes } from './rows/stretch.js';

/** All that learning one source needs: plain data, so that any thread can do it. */
export interface SourceTask {
  readonly draft: Draft;
  readonly rows: SourceRows;
  readonly times: RowTimes;
  readonly window: TimeRange;
  readonly timing: Timing & { readonly calibrationTicks: number };
  /** Where the part that is fitted ends, ms UTC. */
  readonly fitUntil: number;
  readonly settings: LearnSettings;
  /** Whether the window is long enough for shapes, and for a daily course. */
  readonly full: boolean;
  readonly seasons: boolean;
  /** Whether the host has so few sources that each may have many axes. */
  readonly few: boolean;
  /** Seed of the whole training. */
  readonly seed: number;
}

/** What became of a source. */
export interface LearnedSource {
  readonly draft: Draft;
  readonly explore: LearningSteps['explore'];
  readonly correlate: LearningSteps['correlate'];
  readonly cluster: LearningSteps['cluster'];
  readonly calibration: SourceCalibration;
  /** Why it could not be learned; null where it was. */
  readonly failure: string | null;
}

/**
 * Learns one source from its rows. The same task gives the same bytes in every thread.
 * A source that fails is left without rates, and says why: the others go on.
 */
export function learnSource(task: SourceTask, kernels: Kernels): LearnedSource {
  const draft = { ...task.draft };
  const setting = passSetting(task, kernels);
  try {
    const { lastDays, ...found } = describeSource(draft, task, setting);
    const cluster = clusterSource(draft, setting, {
      full: task.full,
      seed: seededRng(task.seed)
        .fork(sourceKey(draft))
        .integer(2 ** 31),
    });
    const calibration = calibrateSource(draft, setting, task.timing.calibrationTicks);
    withinBytes(draft);
    settleDrift(draft, lastDays);
    return { draft, ...found, cluster, calibration, failure: null };
  } catch (cause) {
    return {
      draft: { ...task.draft, features: [], withoutRates: 'it could not be learned' },
      explore: [],
      correlate: [],
      cluster: [],
      calibration: { total: 0, seen: 0, strangest: [] },
      failure: cause instanceof Error ? cause.message : String(cause),
    };
  }
}

/** The features and axes of one source, and nothing that they are used for: no view is learned. */
export function learnAxes(task: SourceTask, kernels: Kernels): Draft {
  const draft = { ...task.draft };
  describeSource(draft, task, passSetting(task, kernels));
  return draft;
}

function describeSource(
  draft: Draft,
  task: SourceTask,
  setting: PassSetting,
): Exploration & { readonly lastDays: LastDays } {
  let lastDays: LastDays = new Map();
  if (task.seasons) {
    learnSeasons(draft, task.window, setting);
    lastDays = learnDrift(draft, task.window, setting);
  }
  return { ...exploreSource(draft, setting, task.few), lastDays };
}

function passSetting(task: SourceTask, kernels: Kernels): PassSetting {
  const timing = rowTiming(task.timing);
  return {
    replay: (profile, visit) => replayRows(task.rows, task.times, profile, timing, visit),
    rowSeconds: (task.timing.rowTicks * task.timing.intervalMs) / 1000,
    fitUntil: task.fitUntil,
    settings: task.settings,
    kernels,
  };
}
