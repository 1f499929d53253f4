import type { SourceTracker, View } from '@ethogram/features';
import type { Reason } from './records.js';
import type { SourceFacts } from './source-facts.js';

const MOST_REASONS = 5;
const LEAST_CONTRIBUTION = 0.03;

/**
 * Why the row that a tracker has just closed is off: the parts of the distance of the view that
 * won, the largest first. The view alone names a true cause first more often than mixed with the
 * squared deviations (docs/decisions/0003-detectors.md).
 */
export function explainRates(
  model: SourceFacts,
  tracker: SourceTracker,
  worst: View,
): readonly Reason[] {
  return shareOut(model, tracker, worst)
    .filter((reason) => reason.contribution >= LEAST_CONTRIBUTION)
    .sort((a, b) => b.contribution - a.contribution || (a.metric < b.metric ? -1 : 1))
    .slice(0, MOST_REASONS)
    .map((reason) => ({
      ...reason,
      actual: rounded(reason.actual),
      expected: [rounded(reason.expected[0]), rounded(reason.expected[1])],
      contribution: rounded(reason.contribution),
    }));
}

/** Every metric with its share of the distance, in the order of the row; empty where there is none. */
export function shareOut(
  model: SourceFacts,
  tracker: SourceTracker,
  worst: View,
): readonly Reason[] {
  const shares = {
    features: new Float64Array(model.features.length),
    calls: new Float64Array(tracker.mix.length),
    histograms: new Float64Array(model.histograms.length),
  };
  worst.explain(tracker, shares);
  const total = [shares.features, shares.calls, shares.histograms].reduce(
    (sum, part) => sum + part.reduce((a, b) => a + b, 0),
    0,
  );
  if (!(total > 0)) return [];
  const reasons: Reason[] = [];
  for (const [i, feature] of model.features.entries()) {
    reasons.push({
      metric: feature.metric,
      actual: finite(tracker.x[i]),
      expected: [feature.min, feature.max],
      contribution: (shares.features[i] as number) / total,
      firstSeen: false,
    });
  }
  for (const [i, call] of model.calls.entries()) {
    const range = model.callRanges.find((r) => r.call === call);
    reasons.push({
      metric: `syscall.${call}.calls`,
      actual: tracker.callRate(i),
      expected: [range?.min ?? 0, range?.max ?? 0],
      contribution: (shares.calls[i] as number) / total,
      firstSeen: false,
    });
  }
  const others = model.calls.length;
  if (others > 0) {
    reasons.push({
      metric: 'syscall.other.calls',
      actual: tracker.callRate(others),
      expected: [0, 0],
      contribution: (shares.calls[others] as number) / total,
      firstSeen: false,
    });
  }
  for (const [i, histogram] of model.histograms.entries()) {
    reasons.push({
      metric: histogram.metric,
      actual: tracker.commonestBucket(i),
      expected: [histogram.buckets[0] ?? 0, histogram.buckets.at(-1) ?? 0],
      contribution: (shares.histograms[i] as number) / total,
      firstSeen: false,
    });
  }
  return reasons;
}

/** Six significant digits: what a reader can use, and no more bytes. */
export function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}
