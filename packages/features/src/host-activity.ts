import {
  type Block,
  type SeriesId,
  type SourceId,
  type SourceKind,
  sourceKey,
} from '@ethogram/core';
import type { Timing } from './profile.js';
import { SeriesMemo } from './series-memo.js';
import { seriesRole, totalOf } from './series-role.js';
import { type Position, TickOrder } from './tick-order.js';

/** What makes up the activity of one source: the sum of these metrics, per second. */
export interface ActivityProfile extends SourceId {
  readonly metrics: readonly string[];
}

const NOTHING = 0;
const ACTIVITY = 1;
const FAILURE = 2;

/**
 * Follows how much every source does: one number per source and tick, and its sum over the ticks
 * of a row of shares (10 s). What the views of the host as a whole look at; learning and scoring
 * both read it here. Memory: 8 × `shareTicks` bytes a source.
 */
export class HostActivity {
  /** Activity per second within the tick just taken, one per profile. */
  readonly now: Float64Array;
  /** Failed system calls per second within that tick. */
  readonly failures: Float64Array;
  /** Activity per second over the last `shareTicks` ticks. */
  readonly recent: Float64Array;
  readonly #index: ReadonlyMap<string, number>;
  readonly #memos: readonly SeriesMemo<number>[];
  readonly #ring: Float64Array;
  readonly #seconds: Float64Array;
  readonly #length: number;
  readonly #intervalMs: number;
  readonly #order: TickOrder;
  #at = 0;
  #ticks = 0;
  #block: Block | undefined;
  #profile = new Int32Array(0);
  #role = new Uint8Array(0);

  constructor(profiles: readonly ActivityProfile[], timing: Timing) {
    const count = profiles.length;
    this.now = new Float64Array(count);
    this.failures = new Float64Array(count);
    this.recent = new Float64Array(count);
    this.#index = new Map(profiles.map((profile, i) => [sourceKey(profile), i]));
    this.#memos = profiles.map(({ kind, metrics }) => {
      const counted = new Set(metrics);
      return new SeriesMemo((series) => roleOf(kind, counted, series));
    });
    this.#length = timing.shareTicks;
    this.#intervalMs = timing.intervalMs;
    this.#ring = new Float64Array(count * this.#length);
    this.#seconds = new Float64Array(this.#length);
    this.#order = new TickOrder(timing);
  }

  /** Whether {@link recent} covers its full length. */
  get known(): boolean {
    return this.#ticks >= this.#length;
  }

  /** Takes one tick of a block; values that are not finite count as nothing. */
  advance(block: Block, t: number): void {
    if (this.#order.isFresh(block, t)) this.#ticks = 0;
    if (block !== this.#block) this.#enter(block);
    this.#ticks++;
    this.#at = (this.#at + 1) % this.#length;
    const measured = (block.intervalNs[t] as number) / 1e9;
    const seconds = measured > 0 ? measured : this.#intervalMs / 1000;
    this.#seconds[this.#at] = seconds;
    const { now, failures } = this;
    now.fill(0);
    failures.fill(0);
    const end = block.rowStart[t + 1] as number;
    for (let at = block.rowStart[t] as number; at < end; at++) {
      const series = block.seriesIndex[at] as number;
      const role = this.#role[series] as number;
      if (role === NOTHING) continue;
      const value = block.values[at] as number;
      if (!Number.isFinite(value)) continue;
      const into = role === ACTIVITY ? now : failures;
      const profile = this.#profile[series] as number;
      into[profile] = (into[profile] as number) + value;
    }
    this.#sum(seconds);
  }

  /** What it knows, for a checkpoint. */
  state(): HostActivityState {
    return {
      counters: [this.#at, this.#ticks],
      position: this.#order.position,
      ring: this.#ring,
      seconds: this.#seconds,
    };
  }

  resume({ counters, position, ring, seconds }: HostActivityState): void {
    [this.#at, this.#ticks] = counters;
    this.#order.position = position;
    this.#ring.set(ring);
    this.#seconds.set(seconds);
  }

  #enter(block: Block): void {
    this.#block = block;
    if (this.#role.length < block.series.length) {
      const room = block.series.length + (block.series.length >> 2);
      this.#profile = new Int32Array(room);
      this.#role = new Uint8Array(room);
    } else this.#role.fill(NOTHING);
    const profiles = block.sources.map((source) => this.#index.get(sourceKey(source)) ?? -1);
    for (let i = 0; i < block.series.length; i++) {
      const series = block.series[i] as SeriesId;
      const profile = profiles[series.source] ?? -1;
      if (profile < 0) continue;
      this.#profile[i] = profile;
      this.#role[i] = (this.#memos[profile] as SeriesMemo<number>).of(series);
    }
  }

  /** The window is summed anew, oldest first: a running sum would depend on where it began. */
  #sum(seconds: number): void {
    const count = this.now.length;
    const ticks = Math.min(this.#length, this.#ticks);
    let span = 0;
    this.recent.fill(0);
    this.#ring.set(this.now, this.#at * count);
    for (let back = ticks - 1; back >= 0; back--) {
      const slot = (this.#at - back + this.#length) % this.#length;
      span += this.#seconds[slot] as number;
      for (let i = 0; i < count; i++) {
        this.recent[i] = (this.recent[i] as number) + (this.#ring[slot * count + i] as number);
      }
    }
    for (let i = 0; i < count; i++) {
      this.recent[i] = (this.recent[i] as number) / span;
      this.now[i] = (this.now[i] as number) / seconds;
      this.failures[i] = (this.failures[i] as number) / seconds;
    }
  }
}

function roleOf(kind: SourceKind, counted: ReadonlySet<string>, series: SeriesId): number {
  const role = seriesRole(kind, series);
  if (role.role === 'call') {
    if (role.what === 'errors') return FAILURE;
    return counted.has(totalOf('calls')) ? ACTIVITY : NOTHING;
  }
  return role.role === 'value' && counted.has(role.metric) ? ACTIVITY : NOTHING;
}

/** See {@link HostActivity.state}. */
export interface HostActivityState {
  readonly counters: readonly [number, number];
  readonly position: Position;
  readonly ring: Float64Array;
  readonly seconds: Float64Array;
}
