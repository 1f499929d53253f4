import type { AnomalyRecord, Reason } from '@ethogram/score';
import { printable } from './printable.js';
import { numberText, shareText, shortTime } from './quantity.js';
import type { Style } from './style.js';
import type { View } from './view.js';

/** How many factors stand in a line. */
const REASONS = 3;

/** Anomalies: a line each for people, the record for programs, a row in CSV. */
export const anomalyView: View<AnomalyRecord> = Object.freeze({
  columns: [
    { name: 'timestamp', value: (row) => row.ts },
    { name: 'host', value: (row) => row.host },
    { name: 'kind', value: (row) => row.source.kind },
    { name: 'source', value: (row) => row.source.name },
    { name: 'score', value: (row) => row.score },
    { name: 'p', value: (row) => row.p },
    { name: 'severity', value: (row) => row.severity },
    { name: 'kinds', value: (row) => row.kinds.join(' ') },
    { name: 'regime', value: (row) => row.regime },
    { name: 'incident', value: (row) => row.incident },
    { name: 'id', value: (row) => row.id },
    { name: 'model', value: (row) => row.model },
    { name: 'lost', value: (row) => row.lost },
    { name: 'reasons', value: (row) => row.reasons.map(({ metric }) => metric).join(' ') },
  ],
  record: (row) => row,
  line: anomalyLine,
} satisfies View<AnomalyRecord>);

/**
 * One anomaly as a line: when, how bad, who, what it is seen by, and its largest factors:
 * `2026-05-01 10:00:00Z critical nginx.service/nginx 6.2 novel: syscall.ptrace.calls 3/s, never seen before`.
 */
export function anomalyLine(row: AnomalyRecord, style: Style): string {
  const paint = row.severity === 'critical' ? style.critical : style.warning;
  const reasons = row.reasons.slice(0, REASONS).map(reasonText);
  const more = row.reasons.length > REASONS ? `, and ${row.reasons.length - REASONS} more` : '';
  const near = row.neighbours
    .slice(0, 2)
    .map(({ source, score }) => `${printable(source)} ${numberText(score)}`);
  return [
    style.dim(shortTime(Date.parse(row.ts))),
    paint(row.severity),
    style.bold(printable(row.source.name)),
    scoreText(row),
    `${row.kinds.join('+')}:`,
    `${reasons.join(', ') || 'no single factor'}${more}`,
    ...(near.length > 0 ? [style.dim(`(near: ${near.join(', ')})`)] : []),
    style.dim(`[${printable(row.id)}]`),
  ].join(' ');
}

/** The score with what it means: `6.2 (p 6.3e-7)`, `4 (p < 0.001)`, `4 (provisional)`. */
export function scoreText({
  score,
  p,
  pBelow,
}: Pick<AnomalyRecord, 'score' | 'p' | 'pBelow'>): string {
  const chance =
    p !== null
      ? `p ${numberText(p)}`
      : pBelow !== undefined
        ? `p < ${numberText(pBelow)}`
        : 'no probability yet';
  return `${numberText(score)} (${chance})`;
}

/** One factor: the metric, its value now, and the range that training showed. */
export function reasonText(reason: Reason): string {
  return `${printable(reason.metric)} ${valueText(reason)} (${shareText(reason.contribution)})`;
}

/**
 * The value of a factor beside what training showed of it: `812, expected 0 to 14`. A value that
 * training showed too is odd for when, or beside what, it came.
 */
export function valueText({ actual, expected, firstSeen }: Reason): string {
  const [low, high] = expected;
  const range = `${numberText(low)} to ${numberText(high)}`;
  if (firstSeen) return `${numberText(actual)}, never seen before`;
  return actual >= low && actual <= high
    ? `${numberText(actual)}, of ${range} in training but not like this`
    : `${numberText(actual)}, expected ${range}`;
}
