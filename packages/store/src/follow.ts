import { type Block, type Clock, systemClock } from '@ethogram/core';
import type { ReadQuery, SampleStore } from './store.js';

/** How to follow a store. */
export interface FollowOptions {
  /** Ends the iteration, normally, once what is stored has been handed out. */
  readonly signal: AbortSignal;
  /** Pause between looks at the store, milliseconds; 250 by default. */
  readonly pollMs?: number;
  readonly clock?: Clock;
}

/** A quarter of the usual tick: late by that much at most, four cheap look-ups a second. */
const POLL_MS = 250;

/**
 * Reads a query and then whatever is added to it, until the signal aborts or `range.to` has been
 * reached: how a process scores live beside the one that collects. Ticks of a host come in
 * ascending time; a tick that is stored after a later one of its host was handed out is not
 * handed out any more. Without a range it begins with the oldest tick.
 */
export async function* follow(
  samples: SampleStore,
  query: ReadQuery,
  options: FollowOptions,
): AsyncGenerator<Block> {
  const { signal, pollMs = POLL_MS, clock = systemClock } = options;
  const first = query.range?.from ?? Number.MIN_SAFE_INTEGER;
  const end = query.range?.to ?? Number.MAX_SAFE_INTEGER;
  const next = new Map<string, number>();
  while (!signal.aborted) {
    const recordings = await samples.recordings();
    const hosts = new Set(
      recordings
        .filter((info) => query.recording === undefined || info.name === query.recording)
        .filter((info) => query.host === undefined || info.host === query.host)
        .filter((info) => info.to >= (next.get(info.host) ?? first))
        .map((info) => info.host),
    );
    for (const host of hosts) {
      const range = { from: next.get(host) ?? first, to: end };
      for await (const block of samples.read({ ...query, host, range })) {
        next.set(host, (block.ts.at(-1) as number) + 1);
        yield block;
        if (signal.aborted) return;
      }
    }
    if (next.size > 0 && [...next.values()].every((from) => from >= end)) return;
    if (signal.aborted) return;
    await clock.sleep(pollMs, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
