import type { Clock } from '@ethogram/core';
import { retain, type SlotKeeper } from '../../retention/retain.js';
import { checkPin, checkPolicy } from '../../retention/validate-policy.js';
import type { Maintenance, Pin, RetentionPolicy, RetentionReport } from '../../store.js';

/** Retention and pins over samples in memory. */
export class MemoryMaintenance implements Maintenance {
  readonly #pins = new Map<string, Pin>();
  readonly #keeper: SlotKeeper;
  readonly #guard: (write: boolean) => void;
  readonly #clock: Clock;

  constructor(keeper: SlotKeeper, guard: (write: boolean) => void, clock: Clock) {
    this.#keeper = keeper;
    this.#guard = guard;
    this.#clock = clock;
  }

  async retain(
    policy: RetentionPolicy,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<RetentionReport> {
    this.#guard(true);
    checkPolicy(policy);
    const pins = await this.pins();
    return retain(this.#keeper, policy, { ...options, nowMs: this.#clock.nowMs(), pins });
  }

  async pin(pin: Pin): Promise<void> {
    this.#guard(true);
    checkPin(pin);
    this.#pins.set(pin.id, pin);
  }

  async unpin(id: string): Promise<boolean> {
    this.#guard(true);
    return this.#pins.delete(id);
  }

  async pins(): Promise<readonly Pin[]> {
    this.#guard(false);
    return [...this.#pins.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async usedBytes(): Promise<number> {
    this.#guard(false);
    return this.#keeper.usedBytes();
  }

  async compact(): Promise<{ beforeBytes: number; afterBytes: number }> {
    const bytes = await this.usedBytes();
    return { beforeBytes: bytes, afterBytes: bytes };
  }
}
