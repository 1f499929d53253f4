import type { Comparison, SourceComparison, Verdict } from '@ethogram/score';
import { printable } from './printable.js';
import { countText, numberText } from './quantity.js';
import type { Style } from './style.js';

/** Not comparable sources are counted; so many of the others are told. */
const MOST_SOURCES = 30;

/** A window against a model: the verdict, then each source that is not normal, with what differs. */
export function comparisonLines(comparison: Comparison, style: Style): readonly string[] {
  const { sources, ticks, incidents } = comparison;
  const count = (verdict: Verdict) => sources.filter((source) => source.verdict === verdict).length;
  const told = sources.filter(({ verdict }) => verdict === 'anomalous' || verdict === 'drifting');
  const more = told.length - MOST_SOURCES;
  return [
    `${paint(comparison.verdict, style)}: ${countText(ticks, 'tick')}, ${countText(incidents, 'incident')}, model ${comparison.model}`,
    `sources: ${count('normal')} normal, ${count('drifting')} drifting, ${count('anomalous')} anomalous, ${count('not comparable')} not comparable`,
    ...told.slice(0, MOST_SOURCES).flatMap((source) => sourceLines(source, style)),
    ...(more > 0 ? [`and ${countText(more, 'more source')}`] : []),
  ];
}

function sourceLines(source: SourceComparison, style: Style): readonly string[] {
  const { metrics, mix, distributions } = source;
  return [
    `${paint(source.verdict, style)} ${style.bold(printable(source.source))}: ${printable(source.reason)}`,
    ...metrics.map(
      ({ metric, mean, learned, shift }) =>
        `  ${printable(metric)}: mean ${numberText(mean)}, learned ${numberText(learned)} (${shift > 0 ? '+' : ''}${numberText(shift)} sd)`,
    ),
    ...distributions.map(
      ({ metric, distance }) =>
        `  ${printable(metric)}: another distribution, distance ${numberText(distance)} of 1`,
    ),
    ...(mix !== null && mix > 0 ? [`  mix of system calls: distance ${numberText(mix)} of 1`] : []),
  ];
}

function paint(verdict: Verdict, style: Style): string {
  switch (verdict) {
    case 'normal':
      return style.good(verdict);
    case 'drifting':
      return style.warning(verdict);
    case 'anomalous':
      return style.critical(verdict);
    case 'not comparable':
      return style.dim(verdict);
  }
}
