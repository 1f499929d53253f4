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
  /** Renews it where that is due; cheap enough for every tick. */
  renew(): Promise<void>;
  /** Gives it back; may be called again. */
  release(): Promise<void>;
}

/** Long enough for a stall of the disk, short enough that nobody waits for a dead process. */
const TTL_MS = 15_000;

/**
 * Takes the right to collect for a host. That of a process of this host that has died is taken
 * over at once.
 * @throws CLI-1011 where another process collects.
 */
export async function holdCollectorLease(
  store: Store,
  host: string,
  recording: string,
  intervalMs: number,
  clock: Clock,
): Promise<CollectorLease> {
  const name = leaseName(host);
  const holder = `pid ${process.pid} recording ${recording}`;
  const ttlMs = Math.max(TTL_MS, 3 * intervalMs);
  let isHeld = await store.leases.acquire(name, holder, ttlMs);
  if (!isHeld) {
    const other = await store.leases.get(name);
    const collecting = other && readHolder(other);
    if (other && collecting && !isAlive(collecting.pid))
      await store.leases.release(name, other.holder);
    isHeld = await store.leases.acquire(name, holder, ttlMs);
    if (!isHeld) {
      const message = `expected that nobody records ${printable(host)} into this store, found ${printable(other?.holder ?? 'another')}`;
      throw cliErrors.make('CLI-1011', message);
    }
  }
  let renewedAt = clock.monotonicNs();
  return {
    renew: async () => {
      const now = clock.monotonicNs();
      if (Number(now - renewedAt) / 1e6 < ttlMs / 3) return;
      renewedAt = now;
      await store.leases.acquire(name, holder, ttlMs);
    },
    release: async () => {
      if (!isHeld) return;
      isHeld = false;
      // A store that is away ends the lease by itself, and must not hide why we stop.
      await store.leases.release(name, holder).catch(() => false);
    },
  };
}

/** Who collects for a host now; `undefined` where nobody does, or who did has died. */
export async function whoCollects(store: Store, host: string): Promise<Collecting | undefined> {
  const lease = await store.leases.get(leaseName(host));
  const collecting = lease && readHolder(lease);
  return collecting && isAlive(collecting.pid) ? collecting : undefined;
}

function leaseName(host: string): string {
  return `collector:${host}`;
}

function readHolder({ holder }: Lease): Collecting | undefined {
  const match = /^pid (\d+) recording (.+)$/su.exec(holder);
  return match ? { pid: Number(match[1]), recording: match[2] ?? '' } : undefined;
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
