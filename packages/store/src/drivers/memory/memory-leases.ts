import type { Clock } from '@ethogram/core';
import type { Lease, LeaseStore } from '../../store.js';
import { checkName } from '../../validate-tick.js';

/** Leases in a map. */
export class MemoryLeases implements LeaseStore {
  readonly #leases = new Map<string, Lease>();
  readonly #guard: (write: boolean) => void;
  readonly #clock: Clock;

  constructor(guard: (write: boolean) => void, clock: Clock) {
    this.#guard = guard;
    this.#clock = clock;
  }

  async acquire(name: string, holder: string, ttlMs: number): Promise<boolean> {
    this.#guard(true);
    checkName('lease', name);
    checkName('holder', holder);
    const lease = this.#live(name);
    if (lease && lease.holder !== holder) return false;
    this.#leases.set(name, { name, holder, expiresAt: this.#clock.nowMs() + ttlMs });
    return true;
  }

  async get(name: string): Promise<Lease | undefined> {
    this.#guard(false);
    return this.#live(name);
  }

  async release(name: string, holder: string): Promise<boolean> {
    this.#guard(true);
    if (this.#leases.get(name)?.holder !== holder) return false;
    return this.#leases.delete(name);
  }

  #live(name: string): Lease | undefined {
    const lease = this.#leases.get(name);
    return lease && lease.expiresAt > this.#clock.nowMs() ? lease : undefined;
  }
}
