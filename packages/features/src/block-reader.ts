import { type Block, type SeriesId, type SourceKind, sourceKey } from '@ethogram/core';
import type { SourceProfile } from './profile.js';
import { rowWidth } from './row-layout.js';
import { SeriesMemo } from './series-memo.js';
import { seriesRole, totalOf } from './series-role.js';

/** Where the values of one series go: which source, and which place of its accumulators. */
export interface Placement {
  /** Per series: index of the profile, or -1. */
  readonly profile: Int32Array;
  /** Per series: place in the row, or -1. */
  readonly place: Int32Array;
  /** Per series: second place (the mix), or -1. */
  readonly mixPlace: Int32Array;
  /** Per series: 1 where a value above zero, 2 where any value, means that the source was active. */
  readonly activity: Uint8Array;
}

/** Room for so many series, and a few more, so that blocks of about that size share it. */
function emptyPlacement(series: number): Placement {
  const room = series + (series >> 2);
  return {
    profile: new Int32Array(room),
    place: new Int32Array(room),
    mixPlace: new Int32Array(room),
    activity: new Uint8Array(room),
  };
}

/** Where the values of one series of a known source go; see {@link Placement}. */
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
  readonly #profiles: ReadonlyMap<string, number>;
  readonly #memos: readonly SeriesMemo<Placed>[];
  #block: Block | undefined;
  #placement: Placement | undefined;

  constructor(profiles: readonly SourceProfile[]) {
    this.#profiles = new Map(profiles.map((profile, i) => [sourceKey(profile), i]));
    this.#memos = profiles.map((profile) => {
      const places = placesOf(profile);
      return new SeriesMemo((series) => placed(profile.kind, places, series));
    });
  }

  /** The placement of a block, which holds until another block is read. */
  placement(block: Block): Placement {
    if (this.#block === block && this.#placement) return this.#placement;
    const n = block.series.length;
    const before = this.#placement;
    const placement = before && before.profile.length >= n ? before : emptyPlacement(n);
    placement.profile.fill(-1);
    const profileOf = block.sources.map((source) => this.#profiles.get(sourceKey(source)) ?? -1);
    for (let i = 0; i < n; i++) {
      const series = block.series[i] as SeriesId;
      const profile = profileOf[series.source] ?? -1;
      if (profile < 0) continue;
      const put = (this.#memos[profile] as SeriesMemo<Placed>).of(series);
      placement.profile[i] = profile;
      placement.place[i] = put.place;
      placement.mixPlace[i] = put.mixPlace;
      placement.activity[i] = put.activity;
    }
    this.#block = block;
    this.#placement = placement;
    return placement;
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
