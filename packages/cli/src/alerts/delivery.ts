import type { Clock } from '@ethogram/core';
import type { Alert } from './alert.js';

/** What became of an attempt: taken, refused for good, or worth another try. */
export type Attempt =
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly reason: string; readonly retryAfterMs?: number };

/** Where alerts go. */
export interface AlertTarget {
  /** `alertmanager`, `webhook-2`: never an address, which may hold a secret. */
  readonly name: string;
  /** After how long an alert that goes on is sent again; absent: never. */
  readonly repeatMs?: number;
  send(alert: Alert, signal: AbortSignal): Promise<Attempt>;
  close(): Promise<void>;
}

/** How a target stands. */
export interface DeliveryCounts {
  readonly target: string;
  readonly sent: number;
  readonly dropped: number;
  readonly retries: number;
  readonly waiting: number;
}

/** What one delivery leaves to the next. */
export interface HandedOver {
  readonly counts: DeliveryCounts;
  readonly waiting: readonly Alert[];
}

/** What a delivery works with. */
export interface DeliverySettings {
  readonly clock: Clock;
  /** In [0, 1), for the spread of the back-off. */
  readonly random: () => number;
  /** Told when a target begins to fail, refuses an alert, or has recovered. */
  readonly onTrouble: (text: string) => void;
  /** Alerts that wait at most; the oldest are dropped, and counted. */
  readonly most?: number;
}

const MOST_WAITING = 1_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A target may ask for more patience than that, but does not get it. */
const MOST_PATIENCE_MS = 300_000;
/** No answer within this time is a failure. */
const ATTEMPT_MS = 10_000;

/**
 * Hands alerts to one target, one after the other and in order, trying again with exponential
 * back-off for as long as it takes. A target that is away never holds up the service.
 */
export class Delivery {
  readonly #target: AlertTarget;
  readonly #settings: DeliverySettings;
  readonly #stop = new AbortController();
  readonly #waiting: Alert[] = [];
  #current: Alert | undefined;
  #working: Promise<void> = Promise.resolve();
  #isFailing = false;
  #sent = 0;
  #dropped = 0;
  #retries = 0;

  /** @param former what another delivery handed over: its counts, and what waited for it. */
  constructor(target: AlertTarget, settings: DeliverySettings, former?: HandedOver) {
    this.#target = target;
    this.#settings = settings;
    if (!former) return;
    this.#sent = former.counts.sent;
    this.#dropped = former.counts.dropped;
    this.#retries = former.counts.retries;
    for (const alert of former.waiting) this.push(alert);
  }

  /** Ends at once and gives away what waits; an alert that is on its way may arrive twice. */
  handOver(): HandedOver {
    const { counts } = this;
    const waiting = [...(this.#current ? [this.#current] : []), ...this.#waiting];
    this.#waiting.length = 0;
    this.#stop.abort();
    this.#target.close().catch(() => undefined);
    return { counts, waiting };
  }

  /** See {@link AlertTarget.repeatMs}. */
  get repeatMs(): number | undefined {
    return this.#target.repeatMs;
  }

  get counts(): DeliveryCounts {
    return {
      target: this.#target.name,
      sent: this.#sent,
      dropped: this.#dropped,
      retries: this.#retries,
      waiting: this.#waiting.length + (this.#current ? 1 : 0),
    };
  }

  /** Takes an alert; returns at once. */
  push(alert: Alert): void {
    if (this.#stop.signal.aborted) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(alert);
    if (this.#waiting.length > (this.#settings.most ?? MOST_WAITING)) {
      this.#waiting.shift();
      this.#dropped++;
    }
    if (!this.#current) this.#working = this.#work();
  }

  /** Waits until nothing waits, but no longer than `patience` allows; the rest is dropped. */
  async close(patience: AbortSignal): Promise<void> {
    const stop = () => this.#stop.abort();
    patience.addEventListener('abort', stop, { once: true });
    if (patience.aborted) stop();
    await this.#working;
    patience.removeEventListener('abort', stop);
    stop();
    this.#dropped += this.#waiting.length;
    this.#waiting.length = 0;
    await this.#target.close();
  }

  async #work(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const alert = this.#waiting.shift();
      if (!alert) return;
      this.#current = alert;
      if (await this.#deliver(alert)) this.#sent++;
      else this.#dropped++;
      this.#current = undefined;
    }
  }

  /** @returns whether the target took it. */
  async #deliver(alert: Alert): Promise<boolean> {
    const { clock, random, onTrouble } = this.#settings;
    const { name } = this.#target;
    for (let attempt = 0; ; attempt++) {
      const result = await this.#attempt(alert);
      if (result.outcome === 'taken') {
        if (this.#isFailing) onTrouble(`alerts: ${name} takes alerts again`);
        this.#isFailing = false;
        return true;
      }
      if (result.outcome === 'refused') {
        onTrouble(`alerts: ${name} refused an alert: ${result.reason}`);
        return false;
      }
      if (this.#stop.signal.aborted) return false;
      if (!this.#isFailing) onTrouble(`alerts: ${name} fails, trying again: ${result.reason}`);
      this.#isFailing = true;
      const backOff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 16));
      const asked = Math.min(MOST_PATIENCE_MS, result.retryAfterMs ?? 0);
      try {
        // Half to all of it, so that many hosts do not come back at one instant.
        await clock.sleep(Math.max(asked, backOff * (0.5 + random() / 2)), this.#stop.signal);
      } catch {
        return false;
      }
      this.#retries++;
    }
  }

  async #attempt(alert: Alert): Promise<Attempt> {
    const limit = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ATTEMPT_MS)]);
    try {
      return await this.#target.send(alert, limit);
    } catch (failure) {
      const reason = failure instanceof Error ? failure.message : String(failure);
      return { outcome: 'failed', reason };
    }
  }
}
