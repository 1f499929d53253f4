import type { Block, TimeRange } from '@ethogram/core';
import { sliceBlock } from './blocks/slice-block.js';

/** How far the ticks of one host were handed out. */
export class FollowedHost {
  /** Where to read on, milliseconds UTC. */
  next: number;
  /** Ticks handed out. */
  handed = 0;
  /** Ticks that were stored and not handed out, when last there was nothing to hand out. */
  #missing: number | undefined;
  #last: { readonly boot: string; readonly seq: number } | undefined;
  /** Up to here there are ticks that were handed out before the clock was set back. */
  #seenTo = Number.NEGATIVE_INFINITY;

  constructor(next: number) {
    this.next = next;
  }

  /** What to read: up to now where what comes after it was handed out already. */
  range(end: number, nowMs: number): TimeRange {
    const to = this.#isAmongSeen ? Math.max(nowMs, this.next) + 1 : end;
    return { from: this.next, to: Math.min(to, end) };
  }

  /** What of a block is to be handed out. */
  *take(block: Block): Generator<Block> {
    const ticks = block.ts.length;
    const isAmongSeen = this.#isAmongSeen;
    const isNew = (t: number): boolean =>
      !isAmongSeen || this.isFresh(block, t) || (block.ts[t] as number) > this.#seenTo;
    for (let t = 0; t < ticks; t++) {
      if (!isNew(t)) continue;
      const from = t;
      while (t + 1 < ticks && isNew(t + 1)) t++;
      this.#note(block, t, t + 1 - from);
      yield sliceBlock(block, from, t + 1);
    }
  }

  /** Whether a tick goes on the boot that was handed out, whatever the clock says. */
  isFresh({ boot, seq }: Block, t: number): boolean {
    return boot === this.#last?.boot && (seq[t] as number) > this.#last.seq;
  }

  /**
   * Whether ticks were stored which are not to be found where they should be. To be asked when there
   * was nothing to hand out.
   */
  hasMissed(stored: number): boolean {
    const before = this.#missing;
    this.#missing = stored - this.handed;
    return before !== undefined && this.#missing > before;
  }

  /** Reads on from an earlier time. */
  stepBack(from: number): void {
    this.#seenTo = Math.max(this.#seenTo, this.next - 1);
    this.next = from;
  }

  get #isAmongSeen(): boolean {
    return this.next <= this.#seenTo;
  }

  #note(block: Block, t: number, ticks: number): void {
    this.handed += ticks;
    this.next = (block.ts[t] as number) + 1;
    this.#last = { boot: block.boot, seq: block.seq[t] as number };
  }
}
