import { scoreErrors } from './errors.js';

/** Ticks in a row that are far too long before scoring is refused. */
const COARSE_TICKS = 30;
const COARSE_FACTOR = 2.5;

/** Refuses ticks that are much longer than those that were learned from; a late one is none. */
export class CoarseTicks {
  readonly #learnedMs: number;
  #inARow = 0;

  /** @param learnedMs length of the ticks that were learned from. */
  constructor(learnedMs: number) {
    this.#learnedMs = learnedMs;
  }

  /**
   * Takes the length of the next tick, nanoseconds.
   * @throws SCORE-1003 after thirty in a row that are too long.
   */
  visit(intervalNs: number): void {
    const ms = intervalNs / 1e6;
    this.#inARow = ms > COARSE_FACTOR * this.#learnedMs ? this.#inARow + 1 : 0;
    if (this.#inARow < COARSE_TICKS) return;
    const message = `ticks: expected about ${this.#learnedMs} ms, found ${ms} ms`;
    throw scoreErrors.make('SCORE-1003', message);
  }

  /** Its state, for a checkpoint: ticks in a row that were too long. */
  state(): number {
    return this.#inARow;
  }

  resume(inARow: number): void {
    this.#inARow = inARow;
  }
}
