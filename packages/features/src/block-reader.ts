import { type Block, type SourceKind, sourceKey } from '@ethogram/core';
import type { SourceProfile } from './profile.js';
import { rowWidth } from './row-layout.js';
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

interface Places {
  readonly features: ReadonlyMap<string, number>;
  readonly calls: ReadonlyMap<string, number>;
  readonly buckets: ReadonlyMap<string, number>;
  readonly otherCall: number;
}

/** Resolves the series of blocks to places in the rows of known sources; one per list of profiles. */
export class BlockReader {
  readonly #profiles: ReadonlyMap<string, number>;
  readonly #places: readonly Places[];
  #block: Block | undefined;
  #placement: Placement | undefined;

  constructor(profiles: readonly SourceProfile[]) {
    this.#profiles = new Map(profiles.map((profile, i) => [sourceKey(profile), i]));
    this.#places = profiles.map(placesOf);
  }

  /** The placement of a block; remembered while the same block is read. */
  placement(block: Block): Placement {
    if (this.#block === block && this.#placement) return this.#placement;
    const n = block.series.length;
    const placement: Placement = {
      profile: new Int32Array(n).fill(-1),
      place: new Int32Array(n).fill(-1),
      mixPlace: new Int32Array(n).fill(-1),
      activity: new Uint8Array(n),
    };
    const profileOf = block.sources.map((source) => this.#profiles.get(sourceKey(source)) ?? -1);
    for (const [i, series] of block.series.entries()) {
      const profile = profileOf[series.source] ?? -1;
      const source = block.sources[series.source];
      if (profile >= 0 && source) this.#place(placement, i, profile, source.kind, series);
    }
    this.#block = block;
    this.#placement = placement;
    return placement;
  }

  #place(
    placement: Placement,
    i: number,
    profile: number,
    kind: SourceKind,
    series: Block['series'][number],
  ): void {
    const places = this.#places[profile] as Places;
    const role = seriesRole(kind, series);
    placement.profile[i] = profile;
    if (role.role === 'value') {
      placement.place[i] = places.features.get(role.metric) ?? -1;
      placement.activity[i] = activityOf(kind, role.type);
    } else if (role.role === 'call') {
      placement.place[i] = places.features.get(totalOf(role.what)) ?? -1;
      if (role.what === 'calls') {
        placement.mixPlace[i] = places.calls.get(role.call) ?? places.otherCall;
        placement.activity[i] = 1;
      }
    } else if (role.role === 'bucket') {
      placement.place[i] = places.buckets.get(`${role.histogram}\u0000${role.bucket}`) ?? -1;
    }
  }
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
