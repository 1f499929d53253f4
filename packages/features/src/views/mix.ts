import { Centres, type CentresPart, SAME_MIX } from './centres-view.js';
import { addShares, type View } from './view.js';

/**
 * Hellinger distance of the mix of system calls to the nearest learned mix: square roots of
 * shares, so that a rare call that becomes common weighs as much as a common one that stops.
 */
export function mixView(part: CentresPart): View {
  const centres = new Centres(part);
  return {
    name: 'mix',
    rows: 1,
    counts: true,
    distance(tracker) {
      if (!tracker.mixKnown) return Number.NaN;
      centres.point.set(tracker.mix);
      return Math.max(SAME_MIX, centres.squared());
    },
    explain(tracker, shares) {
      if (!tracker.mixKnown) return;
      centres.point.set(tracker.mix);
      addShares(
        centres.difference().map((d) => d * d),
        shares.calls,
      );
    },
  };
}
