import type { SourceKind } from '@ethogram/core';
import type { Model, SourceModel } from '@ethogram/model';
import { EXPORTED_METRICS, type ExportedMetric } from './exported-metrics.js';

/** How often a limit is crossed although nothing is wrong, as far as the model can show. */
export interface FalseAlarmBound {
  /** Rows of training that the limit is the extreme of. */
  readonly rows: number;
  /**
   * Largest probability that a further row like those of training lies beyond all of them:
   * 1/(rows + 1), where they are exchangeable (Vovk, Gammerman, Shafer: Algorithmic Learning in a
   * Random World, 2005, section 2.2).
   */
  readonly perRowAtMost: number;
  /** That many rows a day. */
  readonly perDayAtMost: number;
}

/** The end of the range that training showed of one metric of one source. */
export interface LearnedLimit {
  readonly kind: SourceKind;
  readonly source: string;
  readonly exported: ExportedMetric;
  readonly bound: 'upper' | 'lower';
  /** In the unit of the exported metric; per second for counters. */
  readonly limit: number;
  readonly falseAlarms: FalseAlarmBound;
}

/** An extreme of fewer rows says nothing: it would be crossed more than twice in a minute. */
const FEWEST_ROWS = 30;

/**
 * The limits of every metric that is exported and was learned, in the order of the model: what was
 * most, and for the number of processes also what was least. Our own processes have none.
 */
export function learnedLimits(model: Model): readonly LearnedLimit[] {
  return model.sources.filter(({ self }) => !self).flatMap((source) => limitsOf(model, source));
}

function limitsOf({ timing }: Model, source: SourceModel): readonly LearnedLimit[] {
  const rows = Math.floor(source.ticks / timing.rowTicks);
  if (rows < FEWEST_ROWS) return [];
  const perRowAtMost = 1 / (rows + 1);
  const perDayAtMost = (perRowAtMost * 86_400_000) / (timing.intervalMs * timing.rowTicks);
  const falseAlarms = { rows, perRowAtMost, perDayAtMost };
  const limits: LearnedLimit[] = [];
  for (const exported of EXPORTED_METRICS) {
    const range = exported.kind === source.kind ? rangeOf(source, exported.metric) : undefined;
    if (!range) continue;
    const { kind, name } = source;
    const [least, most] = range.map((value) => value * exported.factor) as [number, number];
    const common = { kind, source: name, exported, falseAlarms };
    limits.push({ ...common, bound: 'upper', limit: outward(most, 1) });
    if (exported.metric === 'process.instances' && least >= 1) {
      limits.push({ ...common, bound: 'lower', limit: outward(least, -1) });
    }
  }
  return limits;
}

/** What training showed of a metric; a constant was dropped as a feature, but is a range too. */
function rangeOf(source: SourceModel, metric: string): readonly [number, number] | undefined {
  const feature = source.features.find((other) => other.metric === metric);
  if (feature) return [feature.min, feature.max];
  const dropped = source.dropped.find((other) => other.metric === metric);
  if (dropped?.reason !== 'constant' || typeof dropped.detail !== 'number') return undefined;
  return [dropped.detail, dropped.detail];
}

/** Six significant digits, rounded away from the range, so that what was seen is within. */
function outward(value: number, direction: 1 | -1): number {
  const rounded = Number(value.toPrecision(6));
  if ((rounded - value) * direction >= 0) return rounded;
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 5);
  return Number((value + direction * step).toPrecision(6));
}
