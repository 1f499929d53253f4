import { learnErrors } from '../errors.js';

/** Rows without ticks after which the past is forgotten, as in scoring. */
const GAP_ROWS = 10;
/** Intervals between two ticks from which on some are missing. */
const GAP_TICKS = 2.5;

/** What two ticks that follow each other have between them. */
export interface Border {
  /** Whether ticks are missing, or the second belongs to another run of the host. */
  readonly gap: boolean;
  /** Whether it comes so late, or so strangely, that nothing may span the gap. */
  readonly forgotten: boolean;
}

/**
 * Tells what lies between two ticks.
 * @param sameBoot whether both are of one run of the host.
 * @param stepMs from the end of the first to the end of the second.
 * @param intervals length of the first and of the second, ms.
 */
export function borderBetween(
  sameBoot: boolean,
  stepMs: number,
  [before, after]: readonly [before: number, after: number],
  rowTicks: number,
): Border {
  const other = !sameBoot || stepMs <= 0;
  return {
    gap: other || stepMs > GAP_TICKS * after,
    forgotten: other || stepMs > (GAP_ROWS * rowTicks + 1) * Math.min(before, after),
  };
}

/** The error of a window of several hosts. */
export function severalHosts(expected: string, found: { readonly host: string }): Error {
  return learnErrors.make(
    'LEARN-1003',
    `window: expected ticks of ${expected}, found some of ${found.host}`,
  );
}
