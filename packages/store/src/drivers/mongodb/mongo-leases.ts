import type { Clock } from '@ethogram/core';
import type { Lease, LeaseStore } from '../../store.js';
import { checkName } from '../../validate-tick.js';
import { isDuplicate } from './mongo-errors.js';
import type { MongoSession } from './mongo-session.js';

/** Leases as documents; taking one is a single atomic upsert. Hosts' clocks should agree to well within a lease. */
export class MongoLeases implements LeaseStore {
  readonly #session: MongoSession;
  readonly #clock: Clock;

  constructor(session: MongoSession, clock: Clock) {
    this.#session = session;
    this.#clock = clock;
  }

  async acquire(name: string, holder: string, ttlMs: number): Promise<boolean> {
    this.#session.mayWrite('annotations');
    checkName('lease', name);
    checkName('holder', holder);
    const now = this.#clock.nowMs();
    return this.#session.run(async ({ leases }) => {
      try {
        await leases.updateOne(
          { _id: name, $or: [{ holder }, { expiresAt: { $lte: new Date(now) } }] },
          { $set: { holder, expiresAt: new Date(now + ttlMs) } },
          { upsert: true },
        );
        return true;
      } catch (cause) {
        // The lease is there, held by another: the upsert tried to insert it.
        if (isDuplicate(cause)) return false;
        throw cause;
      }
    });
  }

  async get(name: string): Promise<Lease | undefined> {
    const lease = await this.#session.run(({ leases }) => leases.findOne({ _id: name }));
    if (!lease || lease.expiresAt.getTime() <= this.#clock.nowMs()) return undefined;
    return { name, holder: lease.holder, expiresAt: lease.expiresAt.getTime() };
  }

  async release(name: string, holder: string): Promise<boolean> {
    this.#session.mayWrite('annotations');
    const result = await this.#session.run(({ leases }) => leases.deleteOne({ _id: name, holder }));
    return result.deletedCount > 0;
  }
}
