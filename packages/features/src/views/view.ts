import type { SourceTracker } from '../source-tracker.js';

/** The names of the views of a source's behaviour, in the order in which they are combined. */
export const VIEW_NAMES = [
  'level',
  'slow',
  'forecast',
  'mix',
  'distribution',
  'joint',
  'shape',
] as const;

/** A view's name; it is also the kind of the anomalies that it finds. */
export type ViewName = (typeof VIEW_NAMES)[number];

/**
 * One way of looking at a source, ready to compute: how far the row that a tracker has just
 * closed lies from what was learned. Never changes the tracker.
 */
export interface View {
  readonly name: ViewName;
  /** Rows that must be known before it speaks. */
  readonly rows: number;
  /** Whether it counts towards the score; one that does not may still name the kind of a fault. */
  readonly counts: boolean;
  /** Squared distance, ≥ 0; NaN where the view has nothing to say yet. */
  distance(tracker: SourceTracker): number;
  /** Adds the shares of what makes up the distance, 1 in all, or nothing. */
  explain(tracker: SourceTracker, shares: Shares): void;
}

/** Whether every view that counts can speak: before that, scores would not compare. */
export function viewsReady(views: readonly View[], tracker: SourceTracker): boolean {
  return tracker.eligible && views.every((view) => !view.counts || tracker.windowKnown(view.rows));
}

/** Where shares of distances are gathered. */
export interface Shares {
  /** One number per feature of the row. */
  readonly features: Float64Array;
  /** One number per place of the mix. */
  readonly calls: Float64Array;
  /** One number per histogram. */
  readonly histograms: Float64Array;
}

/** Scales what a view has put into its own array to sum 1, and adds it to the shared one. */
export function addShares(own: Float64Array, out: Float64Array): void {
  let total = 0;
  for (const value of own) total += value;
  if (!(total > 0)) return;
  for (let i = 0; i < own.length; i++) {
    out[i] = (out[i] as number) + (own[i] as number) / total;
  }
}
