/** Losses that leave counts as they are: a late tick covers more time, a link is no count. */
const COUNTS_KEPT = /^(tick\.late|links\..*)$/;
/** Ticks in a row that lose counts, after which that is how this host is measured. */
const USUAL = 60;

/**
 * Tells which ticks lost counts, so that quiet in them proves nothing. Where every tick loses some,
 * an alarm would never close: after sixty in a row they count as they are.
 */
export class Losses {
  #total = 0;
  #inARow = 0;

  /** Takes what was lost in the next tick, by cause. */
  visit(lost: Readonly<Record<string, number>>): void {
    this.#total = 0;
    let counts = 0;
    for (const [cause, count] of Object.entries(lost)) {
      this.#total += count;
      if (!COUNTS_KEPT.test(cause)) counts += count;
    }
    this.#inARow = counts > 0 ? this.#inARow + 1 : 0;
  }

  /** What was lost in the tick, over all causes. */
  get total(): number {
    return this.#total;
  }

  /** Whether quiet in the tick proves nothing. */
  get hideQuiet(): boolean {
    return this.#inARow > 0 && this.#inARow <= USUAL;
  }

  /** Its state, for a checkpoint: ticks in a row that lost counts. */
  state(): number {
    return this.#inARow;
  }

  /** @param inARow undefined in checkpoints of before losses were followed. */
  resume(inARow: number | undefined): void {
    this.#inARow = inARow ?? 0;
  }
}
