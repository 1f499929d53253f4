import type { Reason } from './records.js';

/** Share of the recorded range by which a value must leave it. */
const BEYOND = 0.1;

/**
 * Whether one of the reasons lies clearly outside of what training ever showed: a tenth of the
 * range above it, or a tenth of the smallest value below.
 */
export function leavesRecordedRange(reasons: readonly Reason[]): boolean {
  return reasons.some(
    ({ actual, expected: [min, max] }) =>
      actual > max + BEYOND * (max - min) || actual < min - BEYOND * Math.abs(min),
  );
}
