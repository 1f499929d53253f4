import type { Model } from '@ethogram/model';
import { printable } from './printable.js';
import { countText, durationText, numberText, shareText, shortTime, timeText } from './quantity.js';

/** What stands around a model that was just trained. */
export interface TrainingContext {
  /** Under which version the store keeps it; absent where it is a file only. */
  readonly version?: number;
  readonly tookMs: number;
}

/** The record of a training: `train -o json`. */
export function trainingRecord(model: Model, { version, tookMs }: TrainingContext): object {
  const { coverage, thresholds } = model;
  return {
    type: 'training',
    model: model.id,
    name: model.name,
    version: version ?? null,
    host: model.host,
    from: timeText(model.window.from),
    to: timeText(model.window.to),
    ticks: model.ticks,
    regime: model.regime,
    missing: model.missing,
    coverage: {
      hours: coverage.hours,
      restarts: coverage.restarts,
      seen: coverage.seen,
      ready: coverage.ready,
    },
    sources: model.sources.length,
    failures: model.failures,
    clusters: clusterCount(model),
    edges: edgeCounts(model),
    thresholds: {
      falseAlarmsPerDay: thresholds.falseAlarmsPerDay,
      warn: thresholds.warn,
      critical: thresholds.critical,
      heldOut: thresholds.heldOut,
      statement: thresholds.statement,
    },
    tookMs: Math.round(tookMs),
  };
}

/** The lines of a training: coverage, clusters, edges, thresholds, regime and what is missing, time. */
export function trainingLines(model: Model, context: TrainingContext): readonly string[] {
  const { window } = model;
  const version = context.version === undefined ? '' : ` version ${context.version}`;
  return [
    `model ${printable(model.name)}${version} (${model.id}) of host ${printable(model.host)}`,
    `window      ${shortTime(window.from)} to ${shortTime(window.to)}: ${countText(model.ticks, 'tick')}, ${countText(model.sources.length, 'source')}`,
    `regime      ${model.regime}`,
    ...model.missing.map((text) => `missing     ${printable(text)}`),
    `coverage    ${coverageText(model)}`,
    `clusters    ${clustersText(model)}`,
    `edges       ${edgesText(model)}`,
    `thresholds  ${thresholdsText(model)}`,
    ...failureLines(model),
    `time        ${durationText(context.tookMs)}`,
  ];
}

/** How many behaviour clusters the sources of the graph fall into. */
export function clusterCount(model: Model): number {
  const clusters = model.graph?.nodes.flatMap(({ cluster }) => (cluster === null ? [] : [cluster]));
  return new Set(clusters ?? []).size;
}

/** How many dependencies were seen, and how many inferred and accepted. */
export function edgeCounts(model: Model): {
  readonly observed: number;
  readonly inferred: number;
  readonly preview: boolean;
} {
  const { graph } = model;
  return {
    observed: graph?.observed.length ?? 0,
    inferred: graph?.inferred.filter((edge) => edge.accepted).length ?? 0,
    preview: graph?.preview ?? false,
  };
}

/** How much of normal was seen, in words. */
export function coverageText({ coverage, thresholds }: Model): string {
  const seen =
    thresholds.heldOut === null
      ? 'nothing held out to check against'
      : `${shareText(coverage.seen)} of held-out time within what was seen`;
  const hours = durationText(coverage.hours * 3_600_000);
  return `${hours}, ${countText(coverage.restarts, 'restart')}, ${seen}: ${coverage.ready ? 'ready' : 'not ready'}`;
}

function clustersText(model: Model): string {
  const clusters = clusterCount(model);
  if (clusters === 0) return 'none: too few sources were active long enough to compare them';
  const members = model.graph?.nodes.filter(({ cluster }) => cluster !== null).length ?? 0;
  return `${countText(clusters, 'behaviour')} among ${countText(members, 'source')}`;
}

function edgesText(model: Model): string {
  const { observed, inferred, preview } = edgeCounts(model);
  const hint = preview ? ' (a preview: fewer than 600 samples)' : '';
  return `${observed} observed, ${inferred} inferred${hint}`;
}

function thresholdsText({ thresholds }: Model): string {
  return `warn from ${numberText(thresholds.warn)}, critical from ${numberText(thresholds.critical)}: ${printable(thresholds.statement)}`;
}

function failureLines(model: Model): readonly string[] {
  const shown = model.failures
    .slice(0, 3)
    .map(({ source, reason }) => `not learned ${printable(source)}: ${printable(reason)}`);
  const more = model.failures.length - shown.length;
  return more > 0 ? [...shown, `not learned ${countText(more, 'more source')}`] : shown;
}
