import type { Block, Tick } from '@ethogram/core';
import { storeErrors } from '../../errors.js';
import type { AppendResult, ReadQuery, RecordingInfo, SampleStore } from '../../store.js';
import { checkName, checkTicks } from '../../validate-tick.js';

/** What a buffer holds at most; the oldest ticks give way. */
export interface BufferLimits {
  readonly ticks: number;
  readonly values: number;
}

/** An hour of ticks of one host, or 4 million values (some 300 MB), whichever comes first. */
export const BUFFER_LIMITS: BufferLimits = Object.freeze({ ticks: 3_600, values: 4_000_000 });

interface Waiting {
  readonly recording: string;
  readonly tick: Tick;
  readonly values: number;
}

/**
 * Keeps ticks while the database cannot be reached, so that a collector goes on, and sends them
 * before the next ones. Ticks have an identity, so that sending them again after an unknown
 * outcome stores nothing twice. What the bound pushes out is counted and reported.
 */
export class ResendBuffer implements SampleStore {
  readonly #samples: SampleStore;
  readonly #isOutage: (error: unknown) => boolean;
  readonly #limits: BufferLimits;
  readonly #waiting: Waiting[] = [];
  #values = 0;
  #dropped = 0;

  /** @param isOutage whether an error of `samples` means that it may work later */
  constructor(
    samples: SampleStore,
    isOutage: (error: unknown) => boolean,
    limits: BufferLimits = BUFFER_LIMITS,
  ) {
    this.#samples = samples;
    this.#isOutage = isOutage;
    this.#limits = limits;
  }

  /** Ticks dropped since the store was opened. */
  get dropped(): number {
    return this.#dropped;
  }

  async append(recording: string, ticks: readonly Tick[]): Promise<AppendResult> {
    checkName('recording', recording);
    checkTicks(ticks);
    try {
      await this.#resend();
      return await this.#samples.append(recording, ticks);
    } catch (error) {
      if (!this.#isOutage(error)) throw error;
      const dropped = this.#keep(recording, ticks);
      return { stored: 0, repeated: 0, buffered: this.#waiting.length, dropped };
    }
  }

  read(query: ReadQuery, options?: { readonly signal?: AbortSignal }): AsyncIterable<Block> {
    return this.#samples.read(query, options);
  }

  recordings(): Promise<readonly RecordingInfo[]> {
    return this.#samples.recordings();
  }

  async seal(recording: string): Promise<void> {
    await this.#resend();
    await this.#samples.seal(recording);
  }

  async remove(recording: string): Promise<boolean> {
    const kept = this.#waiting.filter((entry) => entry.recording !== recording);
    this.#waiting.splice(0, this.#waiting.length, ...kept);
    return this.#samples.remove(recording);
  }

  /**
   * Sends what waits, for the last time.
   * @throws STORE-1017 where ticks were dropped, or could not be sent now
   */
  async finish(): Promise<void> {
    const left = await this.#resend().then(
      () => 0,
      (error: unknown) => {
        if (!this.#isOutage(error)) throw error;
        return this.#waiting.length;
      },
    );
    const lost = left + this.#dropped;
    if (lost === 0) return;
    throw storeErrors.make('STORE-1017', `${lost} ticks could not be stored`, {
      details: { dropped: this.#dropped, unsent: left },
    });
  }

  async #resend(): Promise<void> {
    for (;;) {
      const first = this.#waiting[0];
      if (!first) return;
      let count = 1;
      while (this.#mayFollow(count)) count++;
      const batch = this.#waiting.slice(0, count);
      await this.#samples.append(
        first.recording,
        batch.map((entry) => entry.tick),
      );
      this.#waiting.splice(0, count);
      for (const entry of batch) this.#values -= entry.values;
    }
  }

  /** Whether the entry at an index can be sent in one call with the one before it. */
  #mayFollow(at: number): boolean {
    const before = this.#waiting[at - 1];
    const next = this.#waiting[at];
    return (
      before !== undefined &&
      next !== undefined &&
      at < TICKS_PER_CALL &&
      next.recording === before.recording &&
      next.tick.ts >= before.tick.ts
    );
  }

  /** Puts ticks at the end; how many were dropped in all. */
  #keep(recording: string, ticks: readonly Tick[]): number {
    for (const tick of ticks) {
      const values = tick.samples.reduce((sum, sample) => sum + sample.values.size, 0);
      this.#waiting.push({ recording, tick, values });
      this.#values += values;
    }
    while (this.#waiting.length > this.#limits.ticks || this.#values > this.#limits.values) {
      const oldest = this.#waiting.shift();
      if (!oldest) break;
      this.#values -= oldest.values;
      this.#dropped++;
    }
    return this.#dropped;
  }
}

const TICKS_PER_CALL = 256;
