import {
  type Block,
  type SeriesId,
  type SourceId,
  type SourceKind,
  sourceKey,
} from '@ethogram/core';
import type { SourceProfile } from './profile.js';
import { rowWidth } from './row-layout.js';
import type { SeriesNumbers } from './series-numbers.js';
import { seriesRole, totalOf } from './series-role.js';

/** Where the values of series go: which source, and which place of its accumulators. */
export interface Placement {
  /** Per series of the block: its number. */
  readonly numbers: Uint32Array;
  /** By number, {@link PLACES} numbers each: index of the profile or -1, place in the row or -1, second place (the mix) or -1, and activity: 1 where a value above zero, 2 where any value, means that the source was active. */
  readonly places: Int32Array;
}

/** How many numbers of {@link Placement.places} belong to one series. */
export const PLACES = 4;

/** Where the values of one series of a known source go. */
interface Placed {
  readonly place: number;
  readonly mixPlace: number;
  readonly activity: number;
}

interface Places {
  readonly features: ReadonlyMap<string, number>;
  readonly calls: ReadonlyMap<string, number>;
  readonly buckets: ReadonlyMap<string, number>;
  readonly otherCall: number;
}

/** Resolves the series of blocks to places in the rows of known sources; one per list of profiles. */
export class BlockReader {
  readonly #numbers: SeriesNumbers;
  readonly #profiles: ReadonlyMap<string, number>;
  readonly #kinds: readonly SourceKind[];
  readonly #layouts: readonly Places[];
  #places = new Int32Array(256 * PLACES);

  constructor(profiles: readonly SourceProfile[], numbers: SeriesNumbers) {
    this.#profiles = new Map(profiles.map((profile, i) => [sourceKey(profile), i]));
    this.#kinds = profiles.map(({ kind }) => kind);
    this.#layouts = profiles.map(placesOf);
    this.#numbers = numbers;
    numbers.watch((number, source, series) => this.#place(number, source, series));
  }

  /** The placement of a block, which holds until another block is read. */
  placement(block: Block): Placement {
    const numbers = this.#numbers.enter(block);
    return { numbers, places: this.#places };
  }

  #place(number: number, source: SourceId, series: SeriesId): void {
    const at = number * PLACES;
    if (at >= this.#places.length) {
      const more = new Int32Array(2 * at);
      more.set(this.#places);
      this.#places = more;
    }
    const profile = this.#profiles.get(sourceKey(source)) ?? -1;
    this.#places[at] = profile;
    if (profile < 0) return;
    const kind = this.#kinds[profile] as SourceKind;
    const put = placed(kind, this.#layouts[profile] as Places, series);
    this.#places[at + 1] = put.place;
    this.#places[at + 2] = put.mixPlace;
    this.#places[at + 3] = put.activity;
  }
}

function placed(kind: SourceKind, places: Places, series: SeriesId): Placed {
  const role = seriesRole(kind, series);
  if (role.role === 'value') {
    const place = places.features.get(role.metric) ?? -1;
    return { place, mixPlace: -1, activity: activityOf(kind, role.type) };
  }
  if (role.role === 'call') {
    const place = places.features.get(totalOf(role.what)) ?? -1;
    return role.what === 'calls'
      ? { place, mixPlace: places.calls.get(role.call) ?? places.otherCall, activity: 1 }
      : { place, mixPlace: -1, activity: 0 };
  }
  const place =
    role.role === 'bucket'
      ? (places.buckets.get(`${role.histogram}\u0000${role.bucket}`) ?? -1)
      : -1;
  return { place, mixPlace: -1, activity: 0 };
}

/** Processes and devices are active when they do something, the others when they say something. */
export function activityOf(kind: SourceKind, type: 'counter' | 'gauge'): 0 | 1 | 2 {
  if (kind !== 'process' && kind !== 'device') return 2;
  return type === 'counter' ? 1 : 0;
}

function placesOf(profile: SourceProfile): Places {
  const width = rowWidth(profile);
  const buckets = new Map<string, number>();
  let at = width.histograms;
  for (const histogram of profile.histograms) {
    for (const bucket of histogram.buckets) buckets.set(`${histogram.metric}\u0000${bucket}`, at++);
  }
  return {
    features: new Map(profile.features.map((feature, i) => [feature.metric, i])),
    calls: new Map(profile.calls.map((call, i) => [call, width.calls + i])),
    buckets,
    otherCall: profile.calls.length > 0 ? width.calls + profile.calls.length : -1,
  };
}
