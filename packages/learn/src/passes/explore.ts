import { sourceKey } from '@ethogram/core';
import type { LearningSteps } from '@ethogram/model';
import { fitAxes } from '../detectors/axes.js';
import { affordableAxes } from '../detectors/registry.js';
import type { Draft } from '../draft.js';
import { Moments } from './moments.js';
import type { PassSetting } from './pass-setting.js';

/** Correlated pairs that are listed, at most, per source. */
const LISTED_PAIRS = 3;

/** What exploring a source adds to the story of the model. */
export interface Exploration {
  readonly explore: LearningSteps['explore'];
  readonly correlate: LearningSteps['correlate'];
}

/**
 * Explores a source: means, deviations, ranges and correlations of its rows, from the Gram matrix
 * of the features alone; sets constants and duplicates aside and finds the principal axes.
 * Complexity: rows × features², memory features².
 * @param few whether the host has so few sources that each may have many axes.
 */
export function exploreSource(draft: Draft, setting: PassSetting, few: boolean): Exploration {
  const moments = new Moments(draft.features.length, setting.kernels);
  const calls = new Moments(draft.calls.length, setting.kernels);
  const rates = new Float64Array(draft.calls.length);
  // Distributions are not looked at here, and would be most of the work.
  setting.replay({ ...draft, histograms: [] }, (source, { ts }) => {
    if (!source.eligible) return;
    moments.widen(source.x);
    for (let j = 0; j < rates.length; j++) rates[j] = source.callRate(j);
    calls.widen(rates);
    if (ts < setting.fitUntil) moments.add(source.z);
  });
  const found: Exploration = { explore: [], correlate: [] };
  describeCalls(draft, calls);
  scaleFeatures(draft, moments, setting, few, found);
  return found;
}

function describeCalls(draft: Draft, moments: Moments): void {
  draft.callRanges = draft.calls
    .map((call, j) => ({
      call,
      min: moments.min[j] as number,
      max: moments.max[j] as number,
    }))
    .filter((range) => Number.isFinite(range.min));
}

function scaleFeatures(
  draft: Draft,
  moments: Moments,
  options: PassSetting,
  few: boolean,
  found: Exploration,
): void {
  const d = draft.features.length;
  const covariance = moments.covariance();
  const mean = moments.mean();
  const rowSeconds = options.rowSeconds;
  const sd = draft.features.map((_, j) => Math.sqrt(Math.max(0, covariance[j * d + j] as number)));
  const kept: number[] = [];
  const dropped: Draft['dropped'] = [];
  for (const [j, feature] of draft.features.entries()) {
    const centre = feature.mean + (mean[j] as number);
    if (!((moments.max[j] as number) > (moments.min[j] as number)) || sd[j] === 0) {
      const value = moments.min[j] as number;
      dropped.push({
        metric: feature.metric,
        reason: 'constant',
        detail: Number.isFinite(value) ? value : centre,
      });
      continue;
    }
    const twin = kept.find(
      (k) => Math.abs(correlation(covariance, d, j, k)) > options.settings.duplicate,
    );
    if (twin !== undefined) {
      const detail = draft.features[twin]?.metric ?? '';
      dropped.push({ metric: feature.metric, reason: 'duplicate', detail });
      continue;
    }
    kept.push(j);
  }
  draft.dropped = dropped;
  const scales = kept.map((j) => {
    const feature = draft.features[j] as Draft['features'][number];
    const centre = feature.mean + (mean[j] as number);
    const floor =
      feature.type === 'counter'
        ? Math.max(0.01 * Math.abs(centre), 0.5 / rowSeconds)
        : 0.001 * Math.abs(centre);
    return Math.max(sd[j] as number, floor, 1e-9);
  });
  const key = sourceKey(draft);
  const matrix = kept.map((j, a) =>
    kept.map(
      (k, b) => (covariance[j * d + k] as number) / ((scales[a] as number) * (scales[b] as number)),
    ),
  );
  listCorrelations(key, draft, covariance, kept, found);
  draft.features = kept.map((j, a) => {
    const feature = draft.features[j] as Draft['features'][number];
    const scaled = {
      ...feature,
      ...centred(feature, mean[j] as number),
      sd: scales[a] as number,
      min: moments.min[j] as number,
      max: moments.max[j] as number,
    };
    const { metric, min, max } = scaled;
    found.explore.push({ source: key, metric, mean: scaled.mean, sd: scaled.sd, min, max });
    return scaled;
  });
  if (kept.length > 0 && moments.rows > 1) {
    const wanted = few ? options.settings.maxAxesFewSources : options.settings.maxAxes;
    const most = affordableAxes(draft, wanted);
    const axes = fitAxes(matrix, options.settings.variance, most, options.kernels);
    draft.axes = axes.axes;
    draft.explained = axes.explained;
  }
}

/** Where a feature is told from: a level that is followed leaves its mean where it was. */
function centred(
  { mean, drift }: Draft['features'][number],
  left: number,
): Pick<Draft['features'][number], 'mean' | 'drift'> {
  return drift ? { mean, drift: { ...drift, offset: left } } : { mean: mean + left };
}

function correlation(covariance: Float64Array, d: number, j: number, k: number): number {
  const scale = Math.sqrt((covariance[j * d + j] as number) * (covariance[k * d + k] as number));
  return scale > 0 ? (covariance[j * d + k] as number) / scale : 0;
}

function listCorrelations(
  source: string,
  draft: Draft,
  covariance: Float64Array,
  kept: readonly number[],
  found: Exploration,
): void {
  const d = draft.features.length;
  const pairs: LearningSteps['correlate'] = [];
  for (const [at, j] of kept.entries()) {
    for (const k of kept.slice(at + 1)) {
      const metric = draft.features[j]?.metric ?? '';
      const other = draft.features[k]?.metric ?? '';
      pairs.push({ source, metric, with: other, r: correlation(covariance, d, j, k) });
    }
  }
  pairs.sort((a, b) => Math.abs(b.r) - Math.abs(a.r));
  found.correlate.push(...pairs.slice(0, LISTED_PAIRS));
}
