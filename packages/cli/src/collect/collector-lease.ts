import { readFileSync, readlinkSync } from 'node:fs';
import type { Clock } from '@ethogram/core';
import { printable } from '@ethogram/report';
import type { Lease, Store } from '@ethogram/store';
import { cliErrors } from '../errors.js';

/** Who collects for a host, and into which recording. */
export interface Collecting {
  readonly pid: number;
  readonly recording: string;
}

/** The right to collect for a host, which one process of it has at a time. */
export interface CollectorLease {
  /**
   * Renews it where that is due; cheap enough for every tick.
   * @param tickMs how long the last tick was: it holds for three of them.
   * @throws CLI-1011 where another process has taken it, since this one stalled or was cut off.
   */
  renew(tickMs: number): Promise<void>;
  /** Gives it back; may be called again. */
  release(): Promise<void>;
}

/** Long enough for a stall of the disk, short enough that nobody waits for a dead process. */
const TTL_MS = 15_000;

/**
 * Takes the right to collect for a host. That of a process of this host that has died is taken
 * over at once.
 * @param place names the processes that pids of this one are among; see {@link placeOfPids}.
 * @throws CLI-1011 where another process collects.
 */
export async function holdCollectorLease(
  store: Store,
  host: string,
  recording: string,
  intervalMs: number,
  clock: Clock,
  place: string | undefined = placeOfPids(),
): Promise<CollectorLease> {
  const name = leaseName(host);
  const at = place === undefined ? '' : ` at ${place}`;
  const holder = `pid ${process.pid}${at} recording ${recording}`;
  let ttlMs = Math.max(TTL_MS, 3 * intervalMs);
  const acquire = () => store.leases.acquire(name, holder, ttlMs);
  let isHeld = await acquire();
  if (!isHeld) {
    const other = await store.leases.get(name);
    if (other && hasDied(other, place)) await store.leases.release(name, other.holder);
    isHeld = await acquire();
    if (!isHeld) throw held(host, await store.leases.get(name));
  }
  let renewedAt = clock.monotonicNs();
  return {
    renew: async (tickMs) => {
      const now = clock.monotonicNs();
      // Ticks may be twice as long from one to the next, where measuring costs too much.
      const wantedMs = Math.max(TTL_MS, 3 * intervalMs, 3 * tickMs);
      const grows = wantedMs > ttlMs;
      ttlMs = wantedMs;
      if (!grows && Number(now - renewedAt) / 1e6 < ttlMs / 3) return;
      renewedAt = now;
      isHeld = await acquire();
      if (!isHeld) throw held(host, await store.leases.get(name));
    },
    release: async () => {
      if (!isHeld) return;
      isHeld = false;
      // A store that is away ends the lease by itself, and must not hide why we stop.
      await store.leases.release(name, holder).catch(() => false);
    },
  };
}

/** Who collects for a host now, as far as can be told from here; `undefined` where nobody does, or who did has died. */
export async function whoCollects(
  store: Store,
  host: string,
  place: string | undefined = placeOfPids(),
): Promise<Collecting | undefined> {
  const lease = await store.leases.get(leaseName(host));
  const holder = lease && readHolder(lease);
  if (!holder || isElsewhere(holder, place) || !isAlive(holder.pid)) return undefined;
  return { pid: holder.pid, recording: holder.recording };
}

interface Holder extends Collecting {
  readonly place: string | undefined;
}

function leaseName(host: string): string {
  return `collector:${host}`;
}

function held(host: string, other: Lease | undefined): Error {
  const found = printable(other?.holder ?? 'another');
  const message = `expected that nobody else records ${printable(host)} into this store, found ${found}`;
  return cliErrors.make('CLI-1011', message);
}

function readHolder({ holder }: Lease): Holder | undefined {
  const match = /^pid (\d+)(?: at (\S+))? recording (.+)$/su.exec(holder);
  return match ? { pid: Number(match[1]), place: match[2], recording: match[3] ?? '' } : undefined;
}

/** Of a process whose pid means nothing here it cannot be known: its lease ends by itself. */
function hasDied(lease: Lease, place: string | undefined): boolean {
  const holder = readHolder(lease);
  return holder !== undefined && !isElsewhere(holder, place) && !isAlive(holder.pid);
}

function isElsewhere(holder: Holder, place: string | undefined): boolean {
  return holder.place !== undefined && holder.place !== place;
}

/**
 * Among which processes a pid of this one names one: this boot of this machine, and its pid
 * namespace, since containers and other machines of the same name count for themselves
 * (pid_namespaces(7)). Nothing where the system does not say.
 */
function placeOfPids(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8);
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
    return namespace === undefined ? undefined : `${boot}-${namespace}`;
  } catch {
    return undefined;
  }
}

/** Whether a process of this host runs (kill(2) with signal 0). */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (failure) {
    // EPERM: it runs, but belongs to someone else.
    return failure instanceof Error && 'code' in failure && failure.code === 'EPERM';
  }
}
