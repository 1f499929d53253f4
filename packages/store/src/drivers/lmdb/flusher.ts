import type { OpenOptions } from '../../store.js';

/** How often what was committed is flushed with `--sync 5s`: well within the five seconds. */
const FLUSH_EVERY_MS = 2_000;
/** With `--sync 5s` nothing that was acknowledged waits longer than this for the disk. */
const LONGEST_UNFLUSHED_MS = 5_000;

/** Brings what was committed to the disk, off the main thread, as the sync mode asks. */
export class Flusher {
  readonly #sync: NonNullable<OpenOptions['sync']>;
  readonly #flushNow: () => Promise<void>;
  readonly #nowMs: () => number;
  readonly #timer: NodeJS.Timeout | undefined;
  /** When the oldest commit that no flush covers was made. */
  #dirtySince: number | undefined;
  #flushing: { readonly since: number; readonly done: Promise<void> } | undefined;
  #failure: unknown;

  /** @param flushNow flushes everything that was committed before it was called */
  constructor(
    sync: NonNullable<OpenOptions['sync']>,
    flushNow: () => Promise<void>,
    nowMs: () => number = Date.now,
  ) {
    this.#sync = sync;
    this.#flushNow = flushNow;
    this.#nowMs = nowMs;
    if (sync !== '5s') return;
    this.#timer = setInterval(() => {
      if (!this.#flushing) this.all().catch(() => undefined);
    }, FLUSH_EVERY_MS).unref();
  }

  /** Something was committed. */
  committed(): void {
    this.#dirtySince ??= this.#nowMs();
  }

  /**
   * Waits as long as the sync mode asks before what was committed may be acknowledged.
   * @throws what the last flush threw, so that a broken disk is not found out five seconds later
   */
  async durable(): Promise<void> {
    if (this.#sync === 'off') return;
    const oldest = this.#flushing?.since ?? this.#dirtySince;
    const late = oldest !== undefined && this.#nowMs() - oldest > LONGEST_UNFLUSHED_MS;
    if (this.#sync === 'tick' || late) await this.all();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Flushes until everything that was committed before the call is on the disk. */
  async all(): Promise<void> {
    // A flush that is under way does not cover what was committed since it began.
    if (this.#flushing) await this.#flushing.done.catch(() => undefined);
    if (this.#flushing) await this.#flushing.done;
    else if (this.#dirtySince !== undefined) await this.#begin(this.#dirtySince);
  }

  /** Ends the regular flushing. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #begin(since: number): Promise<void> {
    this.#dirtySince = undefined;
    const done = this.#flushNow().then(
      () => {
        this.#flushing = undefined;
        this.#failure = undefined;
      },
      (error: unknown) => {
        this.#flushing = undefined;
        this.#dirtySince = since;
        this.#failure = error;
        throw error;
      },
    );
    this.#flushing = { since, done };
    return done;
  }
}
