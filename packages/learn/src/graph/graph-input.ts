import type { LinkKind, SourceId, TimeRange } from '@ethogram/core';

/** A source as the graph sees it: one series of activity. */
export interface ActivitySource extends SourceId {
  /** The metric of its series; null where it has none. */
  readonly metric: string | null;
  /** Whether it is our own recorder. */
  readonly own?: boolean;
}

/** A link merged over the window. */
export interface MergedLink {
  readonly from: SourceId;
  readonly to: SourceId;
  readonly kind: LinkKind;
  readonly opened: number;
  readonly events: number;
  readonly bytes: number;
  /** Milliseconds UTC of the first and last tick that carried it. */
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** What a graph is learned from. */
export interface GraphInput {
  /** The window `[from, to)`. */
  readonly range: TimeRange;
  /** Length of a row of `activity`, milliseconds. */
  readonly stepMs: number;
  readonly sources: readonly ActivitySource[];
  /** Per source its activity, all of one length, NaN where missing; null where it has no series. */
  readonly activity: readonly (Float64Array | null)[];
  /** Observed links; ends that are no sources become nodes of their own. */
  readonly links: readonly MergedLink[];
}

/** Settings of the inference. */
export interface GraphOptions {
  /** Mean of the delays looked for, milliseconds. */
  readonly delayMs: number;
  /** Sources active in a smaller share of samples stay isolated. */
  readonly minActiveShare: number;
  /** False discovery rate of accepted edges. */
  readonly fdr: number;
  /** Smallest strength of an edge. */
  readonly minStrength: number;
  /** How many standard errors a lead must exceed the opposite one to give a direction. */
  readonly leadErrors: number;
  /** More sources than this are inferred in the fast mode. */
  readonly fastAbove: number;
  /** Worker threads; 0 runs in the calling thread. */
  readonly threads: number;
}

/** The settings that hold where none are given. */
export const GRAPH_DEFAULTS: Readonly<GraphOptions> = Object.freeze({
  // Queues and write-back answer within seconds; what takes longer is lost in what else happens.
  delayMs: 2000,
  // Fewer events than this carry no correlation that could be told from chance.
  minActiveShare: 0.05,
  fdr: 0.05,
  // Weaker than this is of no use to a reader, however sure.
  minStrength: 0.1,
  leadErrors: 4,
  fastAbove: 200,
  threads: 2,
});

/** Rows below which nothing is inferred at all. */
export const MIN_ROWS = 60;

/** Rows below which the graph is marked as a preview. */
export const PREVIEW_ROWS = 600;
