import type { Clock, Marker } from '@ethogram/core';

/** When a tick ends, how long it lasted, and what time itself did meanwhile. */
export interface TickStamp {
  readonly seq: number;
  /** Integer milliseconds UTC. */
  readonly ts: number;
  /** Nanoseconds since the stamp before, by a clock that counts through suspend. */
  readonly intervalNs: number;
  /** `clock-step` and `gap` markers. */
  readonly markers: readonly Marker[];
  /** Whole intervals that went by without a tick, because this one was late. */
  readonly missed: number;
}

/** What a tick clock is made of. */
export interface TickClockOptions {
  /** Its `monotonicNs` must not count through suspend (CLOCK_MONOTONIC). */
  readonly clock: Clock;
  /** Nanoseconds since boot, counting through suspend (CLOCK_BOOTTIME). */
  readonly bootTimeNs: () => bigint;
  /** Asked at each tick for the length of the next. */
  readonly intervalMs: () => number;
}

/** A wall clock that moves this much against the boot clock was stepped, not slewed. */
const STEP_MS = 1000;

/**
 * Says when to take ticks: at whole multiples of the interval in UTC, so that the ticks of all
 * hosts line up. `seq` starts at the microseconds since boot, so that two collectors of one boot
 * never give two ticks one identity.
 */
export class TickClock {
  readonly #options: TickClockOptions;
  #seq: number;
  #last: Readings;

  /** Starts counting: take the baseline of every counter right after. */
  constructor(options: TickClockOptions) {
    this.#options = options;
    this.#last = this.#read();
    this.#seq = Number(this.#last.bootNs / 1000n);
  }

  /**
   * Waits for the end of the running interval. A first interval under half a period is drawn
   * out by one period.
   * @returns true when it came; false when the signal aborted before (take the last tick now).
   */
  async wait(signal: AbortSignal): Promise<boolean> {
    const { clock, bootTimeNs } = this.#options;
    const intervalMs = this.#options.intervalMs();
    const start = clock.nowMs();
    let due = (Math.floor(start / intervalMs) + 1) * intervalMs;
    const runningMs = Number(bootTimeNs() - this.#last.bootNs) / 1e6;
    if (runningMs + due - start < intervalMs / 2) due += intervalMs;
    for (;;) {
      if (signal.aborted) return false;
      const left = due - clock.nowMs();
      // A clock stepped back makes `left` longer than we ever meant to wait.
      if (left <= 0 || left > 2 * intervalMs) return true;
      try {
        await clock.sleep(left, signal);
      } catch (cause) {
        if (signal.aborted) return false;
        throw cause;
      }
    }
  }

  /** Ends the running interval now; call it right before the counters are read. */
  stamp(): TickStamp {
    const before = this.#last;
    const now = this.#read();
    this.#last = now;
    const intervalNs = Number(now.bootNs - before.bootNs);
    const periods = intervalNs / 1e6 / this.#options.intervalMs();
    return {
      seq: this.#seq++,
      ts: now.wallMs,
      intervalNs,
      markers: markers(before, now),
      missed: Math.max(0, Math.round(periods) - 1),
    };
  }

  #read(): Readings {
    const { clock, bootTimeNs } = this.#options;
    return { wallMs: clock.nowMs(), bootNs: bootTimeNs(), monotonicNs: clock.monotonicNs() };
  }
}

interface Readings {
  readonly wallMs: number;
  readonly bootNs: bigint;
  readonly monotonicNs: bigint;
}

function markers(before: Readings, now: Readings): Marker[] {
  const bootMs = Number(now.bootNs - before.bootNs) / 1e6;
  const awakeMs = Number(now.monotonicNs - before.monotonicNs) / 1e6;
  const steppedMs = now.wallMs - before.wallMs - bootMs;
  const found: Marker[] = [];
  if (bootMs - awakeMs > STEP_MS) {
    const text = `the host was suspended for ${((bootMs - awakeMs) / 1000).toFixed(1)} s`;
    found.push({ ts: now.wallMs, kind: 'gap', text });
  }
  if (Math.abs(steppedMs) > STEP_MS) {
    const text = `the wall clock was stepped by ${(steppedMs / 1000).toFixed(1)} s`;
    found.push({ ts: now.wallMs, kind: 'clock-step', text });
  }
  return found;
}
