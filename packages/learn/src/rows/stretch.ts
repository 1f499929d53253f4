import type { SourceId } from '@ethogram/core';
import type { MergedLink } from '../graph/graph-input.js';
import type { Slot } from './slot.js';

/** What was seen of one source within a stretch. */
export interface StretchSource extends SourceId {
  attributes: Readonly<Record<string, string>>;
  /** Ticks in which it was seen, in which it was active, and how often activity began. */
  ticks: number;
  activeTicks: number;
  episodes: number;
  /** Indices of its first and last active tick in the stretch; -1 without. */
  firstActive: number;
  lastActive: number;
  /** Longest run of ticks between two active ones. */
  longestSilence: number;
  starts: number;
  /** Item that it showed to the index of the tick that first did. */
  readonly firstSeen: Map<string, number>;
}

/** A number of the rows of a stretch, and what was seen of it. */
export interface StretchSlot {
  readonly slot: Slot;
  /** Index into the sources of the stretch. */
  readonly source: number;
  /** Sum of all values, also those of ticks that make no whole row; and how many there were. */
  total: number;
  values: number;
}

/**
 * A piece of the window, read once: what there is, and its rows. It holds typed arrays and plain
 * objects only, so that it can come from another thread.
 */
export interface Stretch {
  readonly host: string;
  readonly backends: readonly string[];
  readonly blind: readonly string[];
  readonly boots: { readonly first: string; readonly last: string };
  /** Per tick: end (ms UTC) and measured length (ms). */
  readonly ts: Float64Array;
  readonly intervals: Float64Array;
  readonly gaps: number;
  readonly lost: number;
  /** Events counted, to set the loss against. */
  readonly counted: number;
  readonly links: readonly MergedLink[];
  readonly sources: readonly StretchSource[];
  readonly slots: readonly StretchSlot[];
  /**
   * Source after source, rows × slots of the source in the order of {@link slots}: the sum of a
   * counter, the mean of a gauge, NaN where it was missing.
   */
  readonly data: Float64Array<ArrayBuffer>;
  /** Source after source, per row: whether it was active. */
  readonly active: Uint8Array<ArrayBuffer>;
  readonly times: RowTimes;
  /** Whether the past was forgotten after the last row. */
  readonly forgotten: boolean;
}

/** When rows ended and what they cover; one number per row. */
export interface RowTimes {
  /** End of the last tick, ms UTC. */
  readonly ts: Float64Array;
  /** Length of what is summed, seconds. */
  readonly seconds: Float64Array;
  /** Ticks up to the last one of the row, counted within the stretch or the window, from 1. */
  readonly ticks: Float64Array;
  /** 1 where the past was forgotten within the row; 2 where that left less than a whole row. */
  readonly fresh: Uint8Array;
}

/** A row into which the past was forgotten, and nothing of it left out. */
export const FRESH = 1;
/** A row that covers too little. */
export const INCOMPLETE = 2;

/** Per source of a stretch the places of its slots among all of them, in their order. */
export function placesBySource(
  slots: readonly Pick<StretchSlot, 'source'>[],
  sources: number,
): readonly (readonly number[])[] {
  const places = Array.from({ length: sources }, (): number[] => []);
  for (const [place, { source }] of slots.entries()) places[source]?.push(place);
  return places;
}
