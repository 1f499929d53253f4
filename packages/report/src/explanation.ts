import type { AnomalyRecord } from '@ethogram/score';
import { reasonText, scoreText } from './anomaly-view.js';
import { contextLines, type ExplanationContext } from './explanation-context.js';
import { incidentText } from './incident-view.js';
import { printable } from './printable.js';
import { numberText, shortTime } from './quantity.js';
import { type ChartData, textChart } from './text-chart.js';

/** The series behind the largest factor of an anomaly, around its tick. */
export interface ExplainedSeries extends ChartData {
  readonly metric: string;
  /** First and last tick, milliseconds UTC. */
  readonly from: number;
  readonly to: number;
}

/** Most columns of the picture. */
const WIDTH = 72;

/**
 * Why an anomaly was one, in words: factors, expected range, actual, first seen, neighbours, what
 * stood around it, picture.
 */
export function explanationLines(
  anomaly: AnomalyRecord,
  series: ExplainedSeries | undefined,
  context: ExplanationContext,
): readonly string[] {
  const { source, neighbours } = anomaly;
  return [
    `${anomaly.severity} at ${shortTime(Date.parse(anomaly.ts))} on ${printable(anomaly.host)}: ${source.kind} ${printable(source.name)}`,
    `score       ${scoreText(anomaly)}`,
    `seen by     ${anomaly.kinds.join(', ')}`,
    `model       ${printable(anomaly.model)}, regime ${anomaly.regime}`,
    `incident    ${printable(anomaly.incident)}${context.incident ? `: ${incidentText(context.incident)}` : ''}`,
    ...(anomaly.lost > 0 ? [`lost        ${anomaly.lost} while measuring this tick`] : []),
    ...anomaly.reasons.map(
      (reason, i) => `${i === 0 ? 'because' : '       '}     ${reasonText(reason)}`,
    ),
    ...neighbours.map(
      ({ source: near, score, edge }, i) =>
        `${i === 0 ? 'neighbours' : '          '}  ${printable(near)}: score ${numberText(score)}, edge ${numberText(edge)}${context.warn !== null && score >= context.warn ? ', off too' : ''}`,
    ),
    ...contextLines(anomaly, context),
    ...(series ? picture(series) : []),
  ];
}

function picture(series: ExplainedSeries): readonly string[] {
  return [
    '',
    `${printable(series.metric)}, ${shortTime(series.from)} to ${shortTime(series.to)} (· expected range)`,
    ...textChart(series, WIDTH, numberText),
  ];
}
