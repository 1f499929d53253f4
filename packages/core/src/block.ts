import type { SourceId } from './source.js';
import type { Link, Marker, Tick } from './tick.js';

/** What one column of values in a block means. */
export interface SeriesId {
  /** Index into {@link Block.sources}. */
  readonly source: number;
  readonly metric: string;
  /** For a histogram: its scheme and which of its buckets this series counts. */
  readonly scheme?: string;
  readonly bucket?: number;
}

/** A source as a block describes it. */
export interface BlockSource extends SourceId {
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * Consecutive ticks of one host and boot as typed columns: what a store hands out and what
 * features read. Values are sparse, in compressed rows: the values of tick `t` stand at
 * `rowStart[t] … rowStart[t + 1] - 1`, ascending by series within a tick. A counter that is
 * not there is zero; a gauge that is not there is missing.
 */
export interface Block {
  readonly host: string;
  readonly boot: string;
  readonly backend: string;
  readonly blind: readonly string[];
  readonly sources: readonly BlockSource[];
  readonly series: readonly SeriesId[];
  /** Per tick: sequence number, end (ms UTC), measured length (ns). Length: ticks. */
  readonly seq: Float64Array;
  readonly ts: Float64Array;
  readonly intervalNs: Float64Array;
  /** Length: ticks + 1. */
  readonly rowStart: Uint32Array;
  /** Index into `series`. Length: values. */
  readonly seriesIndex: Uint32Array;
  readonly values: Float64Array;
  /** What is rare, by index of the tick. */
  readonly links: ReadonlyMap<number, readonly Link[]>;
  readonly linkSnapshots: ReadonlySet<number>;
  readonly markers: ReadonlyMap<number, readonly Marker[]>;
  readonly lost: ReadonlyMap<number, Readonly<Record<string, number>>>;
}

/** Bytes of the typed columns of a block; stores keep it at or under 8 MB. */
export function blockBytes(block: Block): number {
  return (
    block.seq.byteLength +
    block.ts.byteLength +
    block.intervalNs.byteLength +
    block.rowStart.byteLength +
    block.seriesIndex.byteLength +
    block.values.byteLength
  );
}

/** Whether two ticks may stand in one block. */
export function sameBlock(a: Tick, b: Tick): boolean {
  return (
    a.host === b.host &&
    a.boot === b.boot &&
    a.backend === b.backend &&
    a.blind.length === b.blind.length &&
    a.blind.every((family, i) => family === b.blind[i])
  );
}
