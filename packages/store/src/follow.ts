import { type Block, type Clock, systemClock } from '@ethogram/core';
import { FollowedHost } from './followed-host.js';
import type { ReadQuery, SampleStore } from './store.js';

/** How to follow a store. */
export interface FollowOptions {
  /** Ends the iteration, normally, once what is stored has been handed out. */
  readonly signal: AbortSignal;
  /** Pause between looks at the store, milliseconds; 250 by default. */
  readonly pollMs?: number;
  readonly clock?: Clock;
  /** Told where ticks go on after the clock was set back, milliseconds UTC. */
  readonly onStepBack?: (from: number) => void;
}

/** A quarter of the usual tick: late by that much at most, four cheap look-ups a second. */
const POLL_MS = 250;
/** A tick is stored about when it ends; so far before now those after a step back are looked for. */
const STEP_LOOK_MS = 60_000;

/**
 * Reads a query and then whatever is added to it, until the signal aborts or `range.to` has been
 * reached: how a process scores live beside the one that collects. Ticks of a host come in
 * ascending time; a tick that is stored after a later one of its host was handed out is not
 * handed out any more. Where the clock was set back, the ticks go on with which the boot does, also
 * before `range.from`, and none comes twice. Without a range it begins with the oldest tick.
 */
export async function* follow(
  samples: SampleStore,
  query: ReadQuery,
  options: FollowOptions,
): AsyncGenerator<Block> {
  const { signal, pollMs = POLL_MS, clock = systemClock, onStepBack } = options;
  const first = query.range?.from ?? Number.MIN_SAFE_INTEGER;
  const end = query.range?.to ?? Number.MAX_SAFE_INTEGER;
  const hosts = new Map<string, FollowedHost>();
  while (!signal.aborted) {
    for (const [host, stored] of await storedByHost(samples, query)) {
      const followed = hosts.get(host) ?? new FollowedHost(first);
      hosts.set(host, followed);
      const before = followed.handed;
      if (followed.next <= stored.to) {
        const range = followed.range(end, clock.nowMs());
        for await (const block of samples.read({ ...query, host, range })) {
          for (const piece of followed.take(block)) {
            yield piece;
            if (signal.aborted) return;
          }
        }
      }
      if (followed.handed > before || !followed.hasMissed(stored.ticks)) continue;
      const range = { from: clock.nowMs() - STEP_LOOK_MS, to: followed.next };
      if (range.from >= range.to) continue;
      const from = await firstFresh(samples.read({ ...query, host, range }), followed);
      if (from === undefined) continue;
      followed.stepBack(from);
      onStepBack?.(from);
    }
    const begun = [...hosts.values()].filter(({ handed }) => handed > 0);
    if (begun.length > 0 && begun.every(({ next }) => next >= end)) return;
    if (signal.aborted) return;
    await clock.sleep(pollMs, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

/** Up to where each host that the query means is recorded, and in how many ticks. */
async function storedByHost(
  samples: SampleStore,
  { recording, host }: ReadQuery,
): Promise<ReadonlyMap<string, { readonly to: number; readonly ticks: number }>> {
  const found = new Map<string, { to: number; ticks: number }>();
  for (const info of await samples.recordings()) {
    if (recording !== undefined && info.name !== recording) continue;
    if (host !== undefined && info.host !== host) continue;
    const { to, ticks } = found.get(info.host) ?? { to: info.to, ticks: 0 };
    found.set(info.host, { to: Math.max(to, info.to), ticks: ticks + info.ticks });
  }
  return found;
}

/** When the first tick ends that was not handed out yet, milliseconds UTC. */
async function firstFresh(
  blocks: AsyncIterable<Block>,
  followed: FollowedHost,
): Promise<number | undefined> {
  for await (const block of blocks) {
    const t = block.ts.findIndex((_, index) => followed.isFresh(block, index));
    if (t >= 0) return block.ts[t];
  }
  return undefined;
}
