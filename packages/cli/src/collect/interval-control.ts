/** Ticks rarer than this would blur what is learned more than they save. */
const MAX_INTERVAL_MS = 60_000;
/** So many cheap windows in a row until the interval is halved again: two minutes of half a minute each. */
const PATIENCE = 4;
/** The most after halving it was too early, time after time: about an hour. */
const MOST_PATIENCE = 128;

/** What a window of measuring has led to; `costly`: the longest interval still costs too much. */
export type IntervalChange = 'longer' | 'shorter' | 'costly';

/**
 * Chooses the interval by what measuring costs. It is doubled after a window that cost more than the
 * limit, and halved again, down to what was asked for, once several windows in a row would have
 * stayed within the limit at twice their cost. Where that was too early, the next attempt waits
 * twice as long, so that a host at the edge is not measured now so, now so.
 */
export class IntervalControl {
  readonly #askedMs: number;
  readonly #maxShare: number;
  #doublings = 0;
  #cheap = 0;
  #patience = PATIENCE;
  #sinceShorter = Number.POSITIVE_INFINITY;

  /** @param maxShare the limit, as a share of one processor. */
  constructor(askedMs: number, maxShare: number) {
    this.#askedMs = askedMs;
    this.#maxShare = maxShare;
  }

  /** The interval now, milliseconds. */
  get intervalMs(): number {
    if (this.#doublings === 0) return this.#askedMs;
    return Math.min(MAX_INTERVAL_MS, this.#askedMs * 2 ** this.#doublings);
  }

  /**
   * Takes the share of one processor that the last window cost.
   * @returns what became of the interval; nothing where it stays.
   */
  after(share: number): IntervalChange | undefined {
    this.#sinceShorter++;
    return share > this.#maxShare ? this.#tooMuch() : this.#enough(share);
  }

  #tooMuch(): IntervalChange {
    this.#cheap = 0;
    if (this.intervalMs >= MAX_INTERVAL_MS) return 'costly';
    const wasTooEarly = this.#sinceShorter <= PATIENCE;
    this.#patience = wasTooEarly ? Math.min(MOST_PATIENCE, this.#patience * 2) : PATIENCE;
    this.#doublings++;
    return 'longer';
  }

  #enough(share: number): IntervalChange | undefined {
    this.#cheap = this.#doublings > 0 && share <= this.#maxShare / 2 ? this.#cheap + 1 : 0;
    if (this.#cheap < this.#patience) return undefined;
    this.#cheap = 0;
    this.#sinceShorter = 0;
    this.#doublings--;
    return 'shorter';
  }
}
