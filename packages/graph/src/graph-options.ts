import type { Evidence } from './graph-attributes.js';

/** What part of the graph to build. */
export interface GraphViewOptions {
  /** Name of the model, for titles. */
  readonly model: string;
  /**
   * Edges weaker than this are left out. Given, it takes the place of the statistical
   * thresholds: pairs that did not pass them appear too, marked `exported: false`.
   */
  readonly minStrength: number | null;
  /** `both` keeps every edge; the others keep what has that evidence. */
  readonly evidence: Evidence;
  /** Keep what is within `hops` of this source (key, name or label). */
  readonly focus: string | null;
  readonly hops: number;
  readonly groupBy: 'community' | 'scope' | null;
  /** Show edges from parent to child process. */
  readonly spawns: boolean;
  /** Show inferred edges that an observed path explains. */
  readonly indirect: boolean;
  /** Show inferred edges of our own recorder. */
  readonly own: boolean;
  /** Keep nodes without edges. */
  readonly isolated: boolean;
}

/** The view that holds where nothing else is asked for. */
export const VIEW_DEFAULTS: Readonly<GraphViewOptions> = Object.freeze({
  model: '',
  minStrength: null,
  evidence: 'both',
  focus: null,
  hops: 1,
  groupBy: null,
  // Who started whom says little about who needs whom.
  spawns: false,
  indirect: false,
  own: false,
  isolated: true,
});
