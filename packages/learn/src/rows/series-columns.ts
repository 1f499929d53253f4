import type { SeriesId, SourceKind } from '@ethogram/core';
import { activityOf, noveltyItem, seriesRole } from '@ethogram/features';

/** What one series adds to: places of its slots (-1 without), activity, counts and items. */
export interface Column {
  readonly first: number;
  readonly second: number;
  readonly activity: 0 | 1 | 2;
  readonly counted: 0 | 1;
  /** The item that it shows; true where it counts starts. */
  readonly item: string | true | null;
}

/**
 * Works out what a series of a source adds to.
 * @param places of its slots.
 */
export function columnOf(kind: SourceKind, series: SeriesId, places: readonly number[]): Column {
  const role = seriesRole(kind, series);
  const value = role.role === 'value';
  const made = role.role === 'call' && role.what === 'calls';
  return {
    first: places[0] ?? -1,
    second: places[1] ?? -1,
    activity: value ? activityOf(kind, role.type) : made ? 1 : 0,
    counted: made || (value && role.type === 'counter' && role.metric.endsWith('ops')) ? 1 : 0,
    item: value && role.metric === 'process.starts' ? true : noveltyItem(kind, role),
  };
}

/** What tells a series from the others of its source. */
export function seriesKey({ metric, scheme, bucket }: SeriesId): string {
  return bucket === undefined ? metric : `${metric}\u0000${scheme}\u0000${bucket}`;
}

/** The {@link Column}s of a block, one place per series. */
export class SeriesColumns {
  /** Index of the source of each series. */
  readonly source: Int32Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly activity: Uint8Array;
  readonly counted: Uint8Array;
  /** 1 while a value above zero has more to say than its number. */
  readonly rare: Uint8Array;
  readonly items: (string | true | null)[];

  constructor(series: number) {
    this.source = new Int32Array(series);
    this.first = new Int32Array(series);
    this.second = new Int32Array(series);
    this.activity = new Uint8Array(series);
    this.counted = new Uint8Array(series);
    this.rare = new Uint8Array(series);
    this.items = new Array<string | true | null>(series);
  }

  set(s: number, source: number, { first, second, activity, counted, item }: Column): void {
    this.source[s] = source;
    this.first[s] = first;
    this.second[s] = second;
    this.activity[s] = activity;
    this.counted[s] = counted;
    this.rare[s] = item === null ? 0 : 1;
    this.items[s] = item;
  }
}
