import type { Clock } from '@ethogram/core';
import { storeErrors } from '../../errors.js';
import type { Lease, LeaseStore } from '../../store.js';
import { checkName } from '../../validate-tick.js';
import type { LmdbEnvironment } from './environment.js';
import { keys } from './keys.js';
import { getJson, putJson } from './recording-records.js';

/** Leases in an LMDB environment; its write lock makes taking one atomic between processes. */
export class LmdbLeases implements LeaseStore {
  readonly #environment: LmdbEnvironment;
  readonly #clock: Clock;

  constructor(environment: LmdbEnvironment, clock: Clock) {
    this.#environment = environment;
    this.#clock = clock;
  }

  async acquire(name: string, holder: string, ttlMs: number): Promise<boolean> {
    checkName('lease', name);
    checkName('holder', holder);
    this.#mayWrite();
    return this.#environment.commit((db) => {
      const lease = getJson<Lease>(db, keys.lease(name));
      const now = this.#clock.nowMs();
      if (lease && lease.expiresAt > now && lease.holder !== holder) return false;
      putJson(db, keys.lease(name), { name, holder, expiresAt: now + ttlMs });
      return true;
    });
  }

  async get(name: string): Promise<Lease | undefined> {
    const lease = this.#environment.snapshot((db) => getJson<Lease>(db, keys.lease(name)));
    return lease && lease.expiresAt > this.#clock.nowMs() ? lease : undefined;
  }

  async release(name: string, holder: string): Promise<boolean> {
    this.#mayWrite();
    return this.#environment.commit((db) => {
      if (getJson<Lease>(db, keys.lease(name))?.holder !== holder) return false;
      db.remove(keys.lease(name));
      return true;
    });
  }

  #mayWrite(): void {
    if (this.#environment.mode !== 'read') return;
    throw storeErrors.make('STORE-1007', `${this.#environment.uri} was opened for reading`);
  }
}
