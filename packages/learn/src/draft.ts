import type { SourceId } from '@ethogram/core';
import { type FeatureScale, PLAIN_SCALE, type SourceProfile } from '@ethogram/features';
import type { SourceModel } from '@ethogram/model';
import type { LearnSettings } from './options.js';
import type { SourceSurvey, Survey } from './rows/survey.js';

/** A part of a model that is still being filled in. */
export type Draft = { -readonly [K in keyof SourceModel]: SourceModel[K] };

/** Share of active ticks under which a source is sporadic. */
const SPORADIC_SHARE = 0.5;

/** What a survey alone says of a source: features not yet scaled, no views. */
export function draftSource(source: SourceSurvey, survey: Survey, settings: LearnSettings): Draft {
  const ticks = survey.ts.length;
  const activeShare = ticks > 0 ? source.activeTicks / ticks : 0;
  const calls = [...source.calls]
    .map(([call, { count }]) => [call, count] as const)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const made = calls.reduce((sum, [, count]) => sum + count, 0);
  return {
    kind: source.kind,
    name: source.name,
    attributes: { ...source.attributes },
    self: source.attributes['self'] === 'true',
    ticks: source.ticks,
    activeShare,
    longestSilence: source.longestSilence,
    episodes: source.episodes,
    sporadic: activeShare < SPORADIC_SHARE,
    withoutRates: null,
    features: [...source.metrics]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([metric, m]) => ({
        metric,
        type: m.type,
        mean: m.sum / Math.max(1e-9, m.type === 'counter' ? survey.seconds : m.ticks),
        sd: 1,
        min: 0,
        max: 0,
        season: null,
      })),
    dropped: [],
    calls: calls.slice(0, settings.commonCalls).map(([call]) => call),
    callShares: calls.slice(0, settings.commonCalls).map(([, count]) => count / Math.max(1, made)),
    callRanges: [],
    histograms: [...source.histograms]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([metric, { scheme, buckets }]) => ({
        metric,
        scheme,
        buckets: [...buckets].sort((a, b) => a - b),
      })),
    known: knownOf(source),
    noveltyLimit: null,
    axes: null,
    explained: 0,
    level: null,
    modes: null,
    slow: null,
    forecast: null,
    joint: null,
    mix: null,
    distribution: null,
    shape: null,
    scale: { ...PLAIN_SCALE },
    calibration: null,
  };
}

function knownOf(source: SourceSurvey): SourceModel['known'] {
  const items = [...source.firstSeen.keys()].sort();
  const of = (prefix: string): string[] =>
    items.filter((item) => item.startsWith(prefix)).map((item) => item.slice(prefix.length));
  return { calls: of('call:'), errors: of('error:'), links: of('link:') };
}

/** The metrics whose sum is a source's activity for the graph; empty for its first component. */
export function activityMetrics(draft: Draft): readonly string[] {
  const has = (metric: string): boolean =>
    draft.features.some((feature) => feature.metric === metric) ||
    draft.dropped.some((feature) => feature.metric === metric);
  const candidates: Readonly<Record<string, readonly (readonly string[])[]>> = {
    process: [['syscall.calls'], ['io.read.ops', 'io.write.ops'], ['sched.switches'], ['cpu.ns']],
    device: [['iops.read', 'iops.write']],
    custom: [['value']],
    endpoint: [['value']],
    host: [],
  };
  for (const metrics of candidates[draft.kind] ?? []) {
    if (metrics.some(has)) return metrics;
  }
  return [];
}

/** A profile that reads the given counters of a source without scaling, for raw rates. */
export function rawProfile(source: SourceId, features: readonly FeatureScale[]): SourceProfile {
  const { kind, name } = source;
  return {
    kind,
    name,
    features,
    calls: [],
    histograms: [],
    axes: null,
    forecast: null,
    sporadic: false,
  };
}
