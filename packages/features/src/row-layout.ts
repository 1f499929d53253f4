import type { SourceProfile } from './profile.js';

/** Where the parts of a raw row begin: features, calls (one more for the rest), buckets. */
export interface RowWidth {
  readonly calls: number;
  readonly histograms: number;
  readonly total: number;
}

/** The layout of a source's raw row. */
export function rowWidth(profile: SourceProfile): RowWidth {
  const calls = profile.features.length;
  const histograms = calls + (profile.calls.length > 0 ? profile.calls.length + 1 : 0);
  const total = profile.histograms.reduce((sum, h) => sum + h.buckets.length, histograms);
  return { calls, histograms, total };
}
