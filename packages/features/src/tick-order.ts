import type { Block } from '@ethogram/core';
import type { Timing } from './profile.js';

/** Where a series of ticks stands: part of the state of who follows it. */
export interface Position {
  readonly boot: string;
  readonly ts: number;
}

/** Says where a series of ticks breaks off: a new boot, a step back, or a gap of more than ten rows. */
export class TickOrder {
  readonly #limitMs: number;
  #boot = '';
  #ts = Number.NaN;

  constructor(timing: Timing) {
    this.#limitMs = (10 * timing.rowTicks + 1) * timing.intervalMs;
  }

  /** Takes the next tick; true where nothing may span the time before it. */
  isFresh(block: Block, t: number): boolean {
    const ts = block.ts[t] as number;
    const fresh = block.boot !== this.#boot || !(ts > this.#ts) || ts - this.#ts > this.#limitMs;
    this.#boot = block.boot;
    this.#ts = ts;
    return fresh;
  }

  get position(): Position {
    return { boot: this.#boot, ts: this.#ts };
  }

  set position({ boot, ts }: Position) {
    this.#boot = boot;
    this.#ts = ts;
  }
}
