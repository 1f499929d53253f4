import { hostname, uptime } from 'node:os';
import type { Tick } from '@ethogram/core';
import type { Store } from '@ethogram/store';

/** Where nothing was recorded before, a boot of so long ago is still news. */
const RECENT_MS = 600_000;

/**
 * Marks, in the first tick, that the host has booted since it was last recorded.
 * @param lastMs of the last tick recorded before, milliseconds UTC; nothing where there is none, or
 * where what is taken is no measurement of this host.
 * @param uptimeMs how long the host has been up.
 */
export async function* markBoot(
  ticks: AsyncIterable<Tick>,
  lastMs: number | 'never' | undefined,
  uptimeMs: () => number,
): AsyncGenerator<Tick> {
  let first = true;
  for await (const tick of ticks) {
    yield first ? withBoot(tick, lastMs, uptimeMs()) : tick;
    first = false;
  }
}

function withBoot(tick: Tick, lastMs: number | 'never' | undefined, uptimeMs: number): Tick {
  const bootedMs = Math.round(tick.ts - uptimeMs);
  const isNews = lastMs === 'never' ? uptimeMs < RECENT_MS : bootedMs > (lastMs ?? tick.ts);
  if (!isNews) return tick;
  const text = `the host booted at ${new Date(bootedMs).toISOString()}`;
  return { ...tick, markers: [{ ts: tick.ts, kind: 'boot', text }, ...tick.markers] };
}

/** When this host was last recorded under a name, milliseconds UTC. */
export async function lastRecorded(store: Store, recording: string): Promise<number | 'never'> {
  const all = await store.samples.recordings();
  const info = all.find(({ name, host }) => name === recording && host === hostname());
  return info?.to ?? 'never';
}

/** How long this host has been up, milliseconds. */
export function hostUptime(): number {
  return uptime() * 1000;
}
