import type { Block } from '@ethogram/core';
import { BlockReader, PLACES } from './block-reader.js';
import type { SourceProfile, Timing } from './profile.js';
import { SeriesNumbers } from './series-numbers.js';
import { SourceTracker } from './source-tracker.js';
import { type Position, TickOrder } from './tick-order.js';

/** Follows all known sources of one host, tick by tick. */
export class HostTracker {
  /** One tracker per profile, in their order. */
  readonly sources: readonly SourceTracker[];
  readonly #reader: BlockReader;
  readonly #timing: Timing;
  readonly #order: TickOrder;

  /** @param numbers shared by all who read the same blocks. */
  constructor(
    profiles: readonly SourceProfile[],
    timing: Timing,
    numbers: SeriesNumbers = new SeriesNumbers(),
  ) {
    this.sources = profiles.map((profile) => new SourceTracker(profile, timing));
    this.#reader = new BlockReader(profiles, numbers);
    this.#timing = timing;
    this.#order = new TickOrder(timing);
  }

  /**
   * Takes one tick of a block; a value that is not finite counts as missing. Ticks must come in order; a new boot, a step back or a gap longer
   * than ten rows makes every source start afresh.
   * @param rows whether to compute the rows that end here: training looks only at every so many,
   *   a whole number of rows apart.
   * @returns whether the past was forgotten.
   */
  advance(block: Block, t: number, rows = true): boolean {
    const fresh = this.#order.isFresh(block, t);
    const ts = block.ts[t] as number;
    const seconds = (block.intervalNs[t] as number) / 1e9;
    for (const source of this.sources) {
      if (fresh) source.reset();
      source.open(seconds > 0 ? seconds : this.#timing.intervalMs / 1000);
    }
    const { numbers, places } = this.#reader.placement(block);
    const end = block.rowStart[t + 1] as number;
    for (let at = block.rowStart[t] as number; at < end; at++) {
      const put = (numbers[block.seriesIndex[at] as number] as number) * PLACES;
      const profile = places[put] as number;
      if (profile < 0) continue;
      const value = block.values[at] as number;
      if (!Number.isFinite(value)) continue;
      const source = this.sources[profile] as SourceTracker;
      const place = places[put + 1] as number;
      const mixPlace = places[put + 2] as number;
      const activity = places[put + 3] as number;
      if (place >= 0) source.add(place, value);
      if (mixPlace >= 0) source.add(mixPlace, value);
      if (activity === 2 || (activity === 1 && value > 0)) source.touch();
    }
    for (const source of this.sources) {
      if (rows) source.close(ts);
      else source.skip();
    }
    return fresh;
  }

  /** Where the series of ticks stands: part of its state. */
  get position(): Position {
    return this.#order.position;
  }

  set position(position: Position) {
    this.#order.position = position;
  }
}
