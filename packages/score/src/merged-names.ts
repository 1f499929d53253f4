import type { Block } from '@ethogram/core';

/** Names that found no room of their own, counted under one: a known source may be among them. */
const NAMES_MERGED = 'sources.over-limit';
/** Ticks for which a recorder holds the name of a source that is not seen, and those of a second. */
const HELD_TICKS = 600;
const HELD_MS = 600_000;
/**
 * A recorder numbers ticks one by one, from the microseconds since boot on: so far apart are those
 * of two recorders of which the first ran for a second.
 */
const OTHER_RECORDER = 1_000_000;

/**
 * Tells which sources may be among names that a recorder merged. A name keeps its place while it is
 * used: one that was seen is not merged later, and its silence counts, however crowded a host is.
 */
export class MergedNames {
  readonly #held: number;
  #some = false;
  #seq: number | undefined;
  #anew = false;

  /** @param intervalMs length of the ticks that are scored, which may be merged of finer ones. */
  constructor(intervalMs: number) {
    this.#held = Math.min(HELD_TICKS, HELD_MS / intervalMs);
  }

  /** Takes the next tick. */
  visit(block: Block, t: number): void {
    const seq = block.seq[t] as number;
    const steps = seq - (this.#seq ?? seq);
    this.#anew = steps < 0 || steps >= OTHER_RECORDER;
    this.#seq = seq;
    this.#some = (block.lost.get(t)?.[NAMES_MERGED] ?? 0) > 0;
  }

  /** Whether another recorder began with the tick: it gives places to whoever comes first. */
  get beginAnew(): boolean {
    return this.#anew;
  }

  /**
   * Whether a source that is not seen in the tick may be there under the name of all.
   * @param source `named`: whether it was seen since the recorder began; `silence`: in ticks.
   */
  hides({ named, silence }: { readonly named: boolean; readonly silence: number }): boolean {
    return this.#some && (!named || silence >= this.#held);
  }

  /** Its state, for a checkpoint: the number of the last tick. */
  state(): number | undefined {
    return this.#seq;
  }

  /** @param seq undefined in checkpoints of before it was followed. */
  resume(seq: number | undefined): void {
    this.#seq = seq;
  }
}
