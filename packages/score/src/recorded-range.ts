import type { Model } from '@ethogram/model';
import type { Reason } from './records.js';

/** Share of the recorded range by which a value must leave it. */
const BEYOND = 0.1;
/** Share of a distance that must lie there. */
const LEAST_SHARE = 0.1;
/** From so many rows a metric on, the tails of combinations are known too. */
const ROWS_PER_METRIC = 10;

/**
 * Whether a tenth of a distance at least comes from metrics that lie clearly outside of what
 * training ever showed: a tenth of the range above it, or a tenth of the smallest value below.
 * On a bed beside foreign load, calm rows with a high score had at most 6 %, faults 20 % and more.
 * @param reasons all metrics with their shares.
 */
export function leavesRecordedRange(reasons: readonly Reason[]): boolean {
  let share = 0;
  for (const { actual, expected, contribution } of reasons) {
    const [min, max] = expected;
    const outside = actual > max + BEYOND * (max - min) || actual < min - BEYOND * Math.abs(min);
    if (outside) share += contribution;
  }
  return share >= LEAST_SHARE;
}

/**
 * Whether a short training shows the ranges of a source's metrics, but not the tails of their
 * combinations: fewer than ten rows a metric, the least that is asked of a regression too (Harrell,
 * Regression Modeling Strategies, 2015, 4.4). Rows of ticks shorter than ten seconds that overlap
 * count once.
 */
export function showsRangesOnly(
  { regime, timing }: Pick<Model, 'regime'> & { readonly timing: { readonly shareTicks: number } },
  source: { readonly ticks: number; readonly features: readonly unknown[] },
): boolean {
  const rows = source.ticks / timing.shareTicks;
  return regime === 'short' && rows < ROWS_PER_METRIC * source.features.length;
}
