import type { SourceId } from '@ethogram/core';
import type { MergedLink } from '../graph/graph-input.js';

/** What was seen of one metric. */
export interface MetricSurvey {
  readonly type: 'counter' | 'gauge';
  ticks: number;
  sum: number;
}

/** What was seen of one source before anything is computed. */
export interface SourceSurvey extends SourceId {
  attributes: Readonly<Record<string, string>>;
  ticks: number;
  activeTicks: number;
  episodes: number;
  longestSilence: number;
  starts: number;
  readonly metrics: Map<string, MetricSurvey>;
  readonly calls: Map<string, { count: number }>;
  readonly histograms: Map<string, { readonly scheme: string; readonly buckets: Set<number> }>;
  /** Item to the index of the tick that first showed it. */
  readonly firstSeen: Map<string, number>;
}

/** What was seen of the window as a whole. */
export interface Survey {
  readonly host: string;
  readonly backends: readonly string[];
  readonly blind: readonly string[];
  readonly sources: readonly SourceSurvey[];
  readonly links: readonly MergedLink[];
  /** Ends of the ticks, ms UTC. */
  readonly ts: Float64Array;
  /** Median measured length of a tick, ms. */
  readonly intervalMs: number;
  readonly seconds: number;
  readonly gaps: number;
  readonly lost: number;
  /** Everything counted, to set the loss against. */
  readonly counted: number;
}
