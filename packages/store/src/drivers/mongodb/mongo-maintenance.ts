import type { Clock } from '@ethogram/core';
import { retain, type SlotKeeper } from '../../retention/retain.js';
import { checkPin, checkPolicy } from '../../retention/validate-policy.js';
import type { Maintenance, Pin, RetentionPolicy, RetentionReport } from '../../store.js';
import { pinnedBy, setExpiry } from './expiry.js';
import type { MongoSession } from './mongo-session.js';

/** Retention and pins of a MongoDB database. */
export class MongoMaintenance implements Maintenance {
  readonly #session: MongoSession;
  readonly #keeper: SlotKeeper;
  readonly #clock: Clock;

  constructor(session: MongoSession, keeper: SlotKeeper, clock: Clock) {
    this.#session = session;
    this.#keeper = keeper;
    this.#clock = clock;
  }

  async retain(
    policy: RetentionPolicy,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<RetentionReport> {
    this.#session.mayWrite('samples');
    checkPolicy(policy);
    const pins = await this.pins();
    const report = await retain(this.#keeper, policy, {
      ...options,
      nowMs: this.#clock.nowMs(),
      pins,
    });
    if (policy.maxAgeMs !== undefined) {
      await setExpiry(this.#session, { ...policy, maxAgeMs: policy.maxAgeMs }, pins);
    }
    return report;
  }

  async pin(pin: Pin): Promise<void> {
    this.#session.mayWrite('annotations');
    checkPin(pin);
    const { id, ...rest } = pin;
    await this.#session.run(async ({ pins, chunks }) => {
      await pins.replaceOne({ _id: id }, rest, { upsert: true });
      await chunks.updateMany(pinnedBy(pin), { $unset: { expireAt: '' } });
    });
  }

  async unpin(id: string): Promise<boolean> {
    this.#session.mayWrite('annotations');
    const result = await this.#session.run(({ pins }) => pins.deleteOne({ _id: id }));
    return result.deletedCount > 0;
  }

  async pins(): Promise<readonly Pin[]> {
    const found = await this.#session.run(({ pins }) => pins.find().sort({ _id: 1 }).toArray());
    return found.map(({ _id, host, range, tierMs }) => ({ id: _id, host, range, tierMs }));
  }

  async usedBytes(): Promise<number> {
    return this.#keeper.usedBytes();
  }

  /** The server reuses room by itself: nothing is done. */
  async compact(): Promise<{ beforeBytes: number; afterBytes: number }> {
    const bytes = await this.usedBytes();
    return { beforeBytes: bytes, afterBytes: bytes };
  }
}
