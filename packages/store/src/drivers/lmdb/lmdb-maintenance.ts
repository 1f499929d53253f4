import type { Clock } from '@ethogram/core';
import { storeErrors } from '../../errors.js';
import { retain } from '../../retention/retain.js';
import { checkPin, checkPolicy } from '../../retention/validate-policy.js';
import type { Maintenance, Pin, RetentionPolicy, RetentionReport } from '../../store.js';
import type { LmdbEnvironment } from './environment.js';
import { keys, under } from './keys.js';
import type { LmdbSamples } from './lmdb-samples.js';
import { getJson, putJson } from './recording-records.js';
import { LmdbSlotKeeper } from './slot-keeper.js';

/** Retention, pins and compaction of an LMDB environment. */
export class LmdbMaintenance implements Maintenance {
  readonly #environment: LmdbEnvironment;
  readonly #samples: LmdbSamples;
  readonly #clock: Clock;

  constructor(environment: LmdbEnvironment, samples: LmdbSamples, clock: Clock) {
    this.#environment = environment;
    this.#samples = samples;
    this.#clock = clock;
  }

  async retain(
    policy: RetentionPolicy,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<RetentionReport> {
    checkPolicy(policy);
    const keeper = new LmdbSlotKeeper(this.#environment, this.#samples);
    const pins = await this.pins();
    const nowMs = this.#clock.nowMs();
    return this.#samples.exclusively(() => retain(keeper, policy, { ...options, nowMs, pins }));
  }

  async pin(pin: Pin): Promise<void> {
    checkPin(pin);
    this.#mayAnnotate();
    this.#environment.commit((db) => putJson(db, keys.pin(pin.id), pin));
    await this.#environment.durable();
  }

  async unpin(id: string): Promise<boolean> {
    this.#mayAnnotate();
    return this.#environment.commit((db) => {
      const found = db.getBinary(keys.pin(id)) !== undefined;
      db.remove(keys.pin(id));
      return found;
    });
  }

  async pins(): Promise<readonly Pin[]> {
    return this.#environment.snapshot((db) =>
      [...db.getKeys(under('p'))].flatMap((key) => getJson<Pin>(db, key) ?? []),
    );
  }

  async usedBytes(): Promise<number> {
    return this.#environment.usedBytes();
  }

  async compact(): Promise<{ beforeBytes: number; afterBytes: number }> {
    return this.#samples.exclusively(() => this.#environment.compact());
  }

  #mayAnnotate(): void {
    if (this.#environment.db && this.#environment.mode !== 'read') return;
    throw storeErrors.make('STORE-1007', `${this.#environment.uri} was opened for reading`);
  }
}
