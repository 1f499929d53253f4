import {
  type Block,
  type SeriesId,
  type SourceId,
  type SourceKind,
  sourceKey,
} from '@ethogram/core';
import type { Timing } from './profile.js';
import { SeriesNumbers } from './series-numbers.js';
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
  readonly #numbers: SeriesNumbers;
  readonly #ring: Float64Array;
  readonly #seconds: Float64Array;
  readonly #length: number;
  readonly #intervalMs: number;
  readonly #order: TickOrder;
  #at = 0;
  #ticks = 0;
  /** By number of the series: twice its profile, and one more for failures; -1 for all others. */
  #into = new Int32Array(256);

  /** @param numbers shared by all who read the same blocks. */
  constructor(
    profiles: readonly ActivityProfile[],
    timing: Timing,
    numbers: SeriesNumbers = new SeriesNumbers(),
  ) {
    const count = profiles.length;
    this.now = new Float64Array(count);
    this.failures = new Float64Array(count);
    this.recent = new Float64Array(count);
    const index = new Map(profiles.map((profile, i) => [sourceKey(profile), i]));
    const counted = profiles.map(({ metrics }) => new Set(metrics));
    this.#numbers = numbers;
    numbers.watch((number, source, series) => {
      const profile = index.get(sourceKey(source));
      const metrics = counted[profile ?? -1];
      const role = metrics ? roleOf(source.kind, metrics, series) : NOTHING;
      this.#put(number, role === NOTHING ? -1 : 2 * (profile ?? 0) + (role === FAILURE ? 1 : 0));
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
    this.#ticks++;
    this.#at = (this.#at + 1) % this.#length;
    const measured = (block.intervalNs[t] as number) / 1e9;
    const seconds = measured > 0 ? measured : this.#intervalMs / 1000;
    this.#seconds[this.#at] = seconds;
    const { now, failures } = this;
    now.fill(0);
    failures.fill(0);
    const numbers = this.#numbers.enter(block);
    const end = block.rowStart[t + 1] as number;
    for (let at = block.rowStart[t] as number; at < end; at++) {
      const put = this.#into[numbers[block.seriesIndex[at] as number] as number] as number;
      if (put < 0) continue;
      const value = block.values[at] as number;
      if (!Number.isFinite(value)) continue;
      const into = (put & 1) === 0 ? now : failures;
      const profile = put >> 1;
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

  #put(number: number, into: number): void {
    if (number >= this.#into.length) {
      const more = new Int32Array(2 * number);
      more.set(this.#into);
      this.#into = more;
    }
    this.#into[number] = into;
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
