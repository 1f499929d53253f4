import { type Clock, EthogramError } from '@ethogram/core';

/** What an outbox works with. */
export interface OutboxSettings<T> {
  /** What is sent, for people: `ticks`. */
  readonly what: string;
  /**
   * Hands items to the store, in order. What throws with exit code 6 is tried again.
   * @returns whether they arrived; false where the store itself holds them until it can.
   */
  readonly send: (items: readonly T[]) => Promise<boolean>;
  /** What waits at most, as a sum of weights; the oldest give way, and are counted. */
  readonly most: number;
  readonly weigh: (item: T) => number;
  readonly clock: Clock;
  /** Told when the store goes away and when it is back. */
  readonly onTrouble: (text: string) => void;
}

const BATCH = 60;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;
/** Exit code of a store that is unavailable: away, full, or held by another. */
const UNAVAILABLE = 6;

/** Whether an error means that the store may work again later. */
export function isUnavailable(failure: unknown): failure is EthogramError {
  return failure instanceof EthogramError && failure.exitCode === UNAVAILABLE;
}

/**
 * What waits for a store that is away: a server that restarts, a disk that is full. While the store
 * works, `push` waits until it has what was pushed; while it does not, `push` returns at once.
 */
export class Outbox<T> {
  readonly #settings: OutboxSettings<T>;
  readonly #waiting: T[] = [];
  readonly #stop = new AbortController();
  #working: Promise<void> | undefined;
  #isAway = false;
  #weight = 0;
  #dropped = 0;
  #onAway: (() => void) | undefined;
  #failure: unknown;

  constructor(settings: OutboxSettings<T>) {
    this.#settings = settings;
  }

  /** Whether the store did not take what was sent last. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Items that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Items that never reached the store. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Takes an item.
   * @throws what `send` threw that no later attempt can mend.
   */
  async push(item: T): Promise<void> {
    this.#throwFailure();
    this.#waiting.push(item);
    this.#weight += this.#settings.weigh(item);
    while (this.#weight > this.#settings.most && this.#take(1) > 0) this.#dropped++;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    const isBehind = this.#waiting.length > BATCH;
    if (!this.#isAway && !isBehind) await Promise.race([this.#working, this.#away()]);
    this.#throwFailure();
  }

  /** Waits until nothing waits, but no longer than `patience` allows; the rest is dropped. */
  async close(patience: AbortSignal): Promise<void> {
    const stop = () => this.#stop.abort();
    patience.addEventListener('abort', stop, { once: true });
    if (patience.aborted) stop();
    await Promise.race([this.#working, aborted(this.#stop.signal)]);
    patience.removeEventListener('abort', stop);
    stop();
    this.#dropped += this.#take(this.#waiting.length);
  }

  /** Removes the oldest items; how many there were. */
  #take(count: number): number {
    const taken = this.#waiting.splice(0, count);
    for (const item of taken) this.#weight -= this.#settings.weigh(item);
    return taken.length;
  }

  /** Resolves when the store turns out to be away, so that nobody waits for it. */
  #away(): Promise<void> {
    return new Promise((resolve) => {
      this.#onAway = resolve;
    });
  }

  async #work(): Promise<void> {
    const { clock, send, what, onTrouble } = this.#settings;
    for (let attempt = 0; this.#waiting.length > 0 && !this.#stop.signal.aborted; ) {
      const batch = this.#waiting.slice(0, BATCH);
      const droppedBefore = this.#dropped;
      try {
        const arrived = await send(batch);
        // What was pushed out meanwhile stood first, and was taken after all.
        const pushedOut = Math.min(batch.length, this.#dropped - droppedBefore);
        this.#dropped -= pushedOut;
        this.#take(batch.length - pushedOut);
        if (this.#isAway && arrived) onTrouble(`the store takes ${what} again`);
        if (!this.#isAway && !arrived) onTrouble(`${what} wait in memory for the store`);
        this.#isAway = !arrived;
        if (!arrived) this.#onAway?.();
        attempt = 0;
      } catch (failure) {
        if (!isUnavailable(failure)) {
          this.#failure = failure;
          return;
        }
        if (!this.#isAway) onTrouble(`${what} wait in memory: ${failure.code}: ${failure.message}`);
        this.#isAway = true;
        this.#onAway?.();
        const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt++, 8));
        // The sleep ends early only where we are told to stop.
        await clock.sleep(waitMs, this.#stop.signal).catch(() => undefined);
      }
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
