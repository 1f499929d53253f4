import { addShares, type View } from './view.js';

/** Rows over which the slow view averages. */
export const SLOW_ROWS = 30;
/** Rows from which its mean is worth something: it must not keep the other views waiting. */
const FIRST_ROWS = 10;

/**
 * Mean squared deviation over the last rows: small shifts that stay. Right after a start it
 * averages what there is. Needs no learned part.
 */
export function slowView(): View {
  return {
    name: 'slow',
    rows: FIRST_ROWS,
    counts: true,
    distance(tracker) {
      const rows = tracker.knownRows(SLOW_ROWS);
      return rows >= FIRST_ROWS ? tracker.meanEnergy(rows) : Number.NaN;
    },
    explain(tracker, shares) {
      addShares(
        tracker.bent.map((z) => z * z),
        shares.features,
      );
    },
  };
}
