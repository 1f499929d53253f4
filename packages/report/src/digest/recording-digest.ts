import type { Block, Marker, TimeRange } from '@ethogram/core';
import type { Cover } from './binned.js';
import { RecordingTallies, type Sink } from './recording-tallies.js';
import type { RecordingView } from './recording-view.js';
import { TimeBins } from './time-bins.js';

const MOST_MARKERS = 400;

/** Adds the blocks of a recording up into what a page shows, in memory that does not grow with them. */
export class RecordingDigest {
  readonly #range: TimeRange;
  #bins: TimeBins | undefined;
  #seconds = new Float64Array(0);
  #lostPerBin = new Float64Array(0);
  #hostName = '';
  #ticks = 0;
  #from = Number.NaN;
  #to = Number.NaN;
  #blind: ReadonlySet<string> | undefined;
  readonly #backends = new Set<string>();
  #tallies = new RecordingTallies(0);
  readonly #markers: Marker[] = [];
  readonly #lost = new Map<string, number>();
  #markersLeftOut = 0;

  /** @param range the time that the page is about. */
  constructor(range: TimeRange) {
    this.#range = range;
  }

  /** The bins; laid out by the first block, whose ticks say how far apart they are. */
  get bins(): TimeBins {
    this.#bins ??= new TimeBins(this.#range, 1_000);
    return this.#bins;
  }

  /** Adds the ticks of a block; those of one host, in order of time. */
  push(block: Block): void {
    if (!this.#bins) this.#layOut(block);
    this.#hostName = block.host;
    this.#backends.add(block.backend);
    const before = this.#blind;
    this.#blind = new Set(block.blind.filter((family) => before?.has(family) ?? true));
    const sinks = block.series.map((series) => this.#tallies.sink(block, series));
    for (let t = 0; t < block.ts.length; t++) this.#tick(block, t, sinks);
  }

  /** What it knows so far. */
  view(): RecordingView {
    const tallies = this.#tallies.view(this.#seconds);
    const markers = this.#markersLeftOut;
    return {
      ...tallies,
      bins: this.bins,
      hostName: this.#hostName,
      backends: [...this.#backends].sort(),
      blind: [...(this.#blind ?? [])].sort(),
      ticks: this.#ticks,
      from: this.#from,
      to: this.#to,
      markers: this.#markers,
      lost: [...this.#lost].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)),
      lostPerBin: this.#lostPerBin,
      leftOut: { ...tallies.leftOut, ...(markers > 0 ? { markers } : {}) },
    };
  }

  #layOut(block: Block): void {
    const lengths = block.intervalNs.toSorted();
    const usualMs = (lengths[lengths.length >> 1] ?? 1e9) / 1e6;
    this.#bins = new TimeBins(this.#range, usualMs);
    this.#tallies = new RecordingTallies(this.#bins.count);
    this.#seconds = new Float64Array(this.#bins.count);
    this.#lostPerBin = new Float64Array(this.#bins.count);
  }

  #tick(block: Block, t: number, sinks: readonly (Sink | undefined)[]): void {
    const { bins } = this;
    const ts = block.ts[t] as number;
    const intervalNs = block.intervalNs[t] as number;
    // A tick belongs to the time that it measured, not to the instant at which it ended.
    const middle = bins.at(ts - intervalNs / 2e6);
    const isLong = intervalNs / 1e6 > 1.5 * bins.stepMs;
    const cover: Cover = isLong
      ? { first: bins.at(ts - intervalNs / 1e6), last: bins.at(ts - 1) }
      : { first: middle, last: middle };
    const length = cover.last - cover.first + 1;
    for (let i = cover.first; i <= cover.last; i++) {
      this.#seconds[i] = (this.#seconds[i] as number) + intervalNs / 1e9 / length;
    }
    for (let i = block.rowStart[t] as number; i < (block.rowStart[t + 1] as number); i++) {
      const value = block.values[i] as number;
      if (Number.isFinite(value)) sinks[block.seriesIndex[i] as number]?.(cover, value);
    }
    for (const marker of block.markers.get(t) ?? []) {
      if (this.#markers.length < MOST_MARKERS) this.#markers.push(marker);
      else this.#markersLeftOut++;
    }
    for (const [cause, count] of Object.entries(block.lost.get(t) ?? {})) {
      this.#lost.set(cause, (this.#lost.get(cause) ?? 0) + count);
      this.#lostPerBin[middle] = (this.#lostPerBin[middle] as number) + count;
    }
    this.#ticks++;
    if (!(ts >= this.#from)) this.#from = ts;
    if (!(ts <= this.#to)) this.#to = ts;
  }
}
