import type { SourceTracker } from '../source-tracker.js';
import { Centres, type CentresPart, SAME_MIX } from './centres-view.js';
import { addShares, type View } from './view.js';

/** One histogram's learned shapes; null where it counted too little in training. */
export type DistributionPart = readonly (CentresPart | null)[];

/**
 * Hellinger distance of sizes and latencies to their learned distributions, the largest over
 * the histograms: the same rate with other sizes, or slower, is seen here.
 */
export function distributionView(part: DistributionPart): View {
  const learned = part.map((histogram) => (histogram ? new Centres(histogram) : null));
  const squared = (tracker: SourceTracker, i: number): number => {
    const centres = learned[i];
    const shares = tracker.shares[i];
    if (!centres || !shares || tracker.sharesKnown[i] !== 1) return Number.NaN;
    centres.point.set(shares);
    return Math.max(SAME_MIX, centres.squared());
  };
  return {
    name: 'distribution',
    rows: 1,
    counts: true,
    distance(tracker) {
      let worst = Number.NaN;
      for (let i = 0; i < learned.length; i++) {
        const distance = squared(tracker, i);
        if (distance > worst || Number.isNaN(worst)) worst = distance;
      }
      return worst;
    },
    explain(tracker, shares) {
      const own = new Float64Array(learned.length);
      for (let i = 0; i < learned.length; i++) own[i] = squared(tracker, i) || 0;
      addShares(own, shares.histograms);
    },
  };
}
