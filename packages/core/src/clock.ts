import { setTimeout as delay } from 'node:timers/promises';

/** Where time comes from; a parameter everywhere, so that tests own it. */
export interface Clock {
  /** Wall clock, integer milliseconds UTC. */
  nowMs(): number;
  /** A clock that never steps, nanoseconds from an arbitrary start. */
  monotonicNs(): bigint;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = Object.freeze({
  nowMs: () => Date.now(),
  monotonicNs: () => process.hrtime.bigint(),
  sleep: async (ms: number, signal?: AbortSignal) => {
    try {
      await delay(Math.max(0, ms), undefined, signal ? { signal } : {});
    } catch (error) {
      // Node rejects with an AbortError of its own, whatever the signal says.
      signal?.throwIfAborted();
      throw error;
    }
  },
});

/**
 * A clock that moves only when told to, or when someone sleeps on it.
 * @param startMs wall-clock start, milliseconds UTC.
 */
export function manualClock(startMs: number): Clock & { advance(ms: number): void } {
  let elapsedMs = 0;
  return {
    nowMs: () => Math.trunc(startMs + elapsedMs),
    monotonicNs: () => BigInt(Math.round(elapsedMs * 1e6)),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      elapsedMs += Math.max(0, ms);
    },
    advance: (ms) => {
      elapsedMs += ms;
    },
  };
}
