import { sourceKey } from '@ethogram/core';
import type { AnomalyKind, AnomalyRecord } from './records.js';

/** What a person said of an anomaly; kept by the store, handed to scorers and to the next training. */
export interface Feedback {
  /** Id of the anomaly that it is about. */
  readonly anomaly: string;
  readonly verdict: 'expected' | 'misbehaviour';
  /** From when on it holds, and until when; ms UTC, null for always. */
  readonly at: number;
  readonly until: number | null;
  /** Key of the source. */
  readonly source: string;
  readonly kinds: readonly AnomalyKind[];
  readonly metrics: readonly string[];
}

/** What of an anomaly can be told apart when it comes again. */
export interface Appearance {
  readonly source: string;
  readonly kinds: readonly AnomalyKind[];
  readonly metrics: readonly string[];
}

/**
 * Makes the feedback that acknowledges exactly one anomaly: its source, its kinds and the metrics
 * that it named.
 */
export function feedbackOn(
  anomaly: AnomalyRecord,
  given: Pick<Feedback, 'verdict' | 'at' | 'until'>,
): Feedback {
  return {
    anomaly: anomaly.id,
    ...given,
    source: sourceKey(anomaly.source),
    kinds: [...anomaly.kinds],
    metrics: anomaly.reasons.map(({ metric }) => metric),
  };
}

/**
 * The latest word on every anomaly: what was said before of the same one holds no longer.
 * @param ts words that hold from later on are left out; by default all count.
 */
export function latestWords(
  feedback: readonly Feedback[],
  ts = Number.POSITIVE_INFINITY,
): readonly Feedback[] {
  const latest = new Map<string, Feedback>();
  for (const word of feedback) {
    const before = latest.get(word.anomaly);
    if (word.at <= ts && (!before || word.at >= before.at)) latest.set(word.anomaly, word);
  }
  return [...latest.values()];
}

/** Views of the same rates: which of them sees a thing first is chance. */
const RATE_KINDS: ReadonlySet<AnomalyKind> = new Set([
  'level',
  'slow',
  'forecast',
  'joint',
  'shape',
]);

/**
 * The word by which an appearance is acknowledged as expected, the latest on some anomaly: the same
 * source, no kind that was not acknowledged (the views of rates count as one), and its first metric
 * among those that were. One that holds for good comes before those that end.
 */
export function expectedBy(
  feedback: readonly Feedback[],
  appearance: Appearance,
  ts: number,
): Feedback | undefined {
  const first = appearance.metrics[0];
  const covers = (kinds: readonly AnomalyKind[], kind: AnomalyKind): boolean =>
    kinds.includes(kind) || (RATE_KINDS.has(kind) && kinds.some((k) => RATE_KINDS.has(k)));
  const words = latestWords(feedback, ts).filter(
    (given) =>
      given.verdict === 'expected' &&
      (given.until === null || ts < given.until) &&
      given.source === appearance.source &&
      appearance.kinds.every((kind) => covers(given.kinds, kind)) &&
      (first === undefined || given.metrics.includes(first)),
  );
  return words.find(({ until }) => until === null) ?? words[0];
}

/** Whether an appearance is acknowledged as expected: see {@link expectedBy}. */
export function isExpected(
  feedback: readonly Feedback[],
  appearance: Appearance,
  ts: number,
): boolean {
  return expectedBy(feedback, appearance, ts) !== undefined;
}
