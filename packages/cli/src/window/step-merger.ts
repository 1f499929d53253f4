import { type Block, packTicks, type Tick, unpackTicks } from '@ethogram/core';
import { mergeIntervals, type StepMs } from '@ethogram/store';
import { isFinerThan } from './in-steps-of-model.js';

/**
 * Merges ticks into steps as they come, as the store does while it reads: for who follows ticks that
 * are made just now, or reads a window for more than the scorer. A step is handed out once a tick
 * of the next one has come; ticks that are as long as a step pass at once.
 */
export class StepMerger {
  readonly #stepMs: StepMs | undefined;
  #open: Tick[] = [];

  /** @param stepMs see `stepOf`; without one every block passes as it is. */
  constructor(stepMs: StepMs | undefined) {
    this.#stepMs = stepMs;
  }

  /** Takes a block; gives what is whole by now, in order. */
  push(block: Block): readonly Block[] {
    const step = this.#stepMs;
    if (step === undefined) return [block];
    const isFine = block.intervalNs.some((ns) => isFinerThan(ns / 1e6, step));
    if (!isFine) return [...this.rest(), block];
    const whole: Block[] = [];
    for (const tick of unpackTicks(block)) {
      const [first] = this.#open;
      if (first && Math.floor(first.ts / step) !== Math.floor(tick.ts / step)) {
        whole.push(...this.rest());
      }
      this.#open.push(tick);
    }
    return whole;
  }

  /** What is left of a step that has not ended. */
  rest(): readonly Block[] {
    const step = this.#stepMs;
    if (step === undefined || this.#open.length === 0) return [];
    const merged = mergeIntervals(this.#open, step);
    this.#open = [];
    return merged.map((tick) => packTicks([tick]));
  }
}
