import { addShares, type View } from './view.js';

/** Rows over which the slow view averages. */
export const SLOW_ROWS = 30;

/** Mean squared deviation over the last rows: small shifts that stay. Needs no learned part. */
export function slowView(): View {
  return {
    name: 'slow',
    rows: SLOW_ROWS,
    counts: true,
    distance: (tracker) =>
      tracker.windowKnown(SLOW_ROWS) ? tracker.meanEnergy(SLOW_ROWS) : Number.NaN,
    explain(tracker, shares) {
      addShares(
        tracker.bent.map((z) => z * z),
        shares.features,
      );
    },
  };
}
