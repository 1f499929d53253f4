/** Things remembered at most; the one unseen for longest gives way. */
const MOST = 4096;

/** `[key, last tick seen, times reported]`, in order of last sight. */
export type RemembranceState = readonly (readonly [string, number, number])[];

/**
 * Remembers what was reported, so that the same thing is news only after a pause, and after
 * longer and longer ones: a pause of 1, 2, 4, … spans.
 */
export class Remembrance {
  readonly #span: number;
  readonly #seen = new Map<string, { last: number; reports: number }>();

  /** @param span the first pause, ticks. */
  constructor(span: number) {
    this.#span = span;
  }

  /** Notes a sight and says whether it is news. */
  isNews(key: string, tick: number): boolean {
    const before = this.#seen.get(key);
    this.#seen.delete(key);
    const pause = this.#span * 2 ** Math.min(20, (before?.reports ?? 1) - 1);
    const news = !before || tick - before.last > pause;
    this.#seen.set(key, { last: tick, reports: (before?.reports ?? 0) + (news ? 1 : 0) });
    if (this.#seen.size > MOST) {
      const oldest = this.#seen.keys().next().value;
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    return news;
  }

  state(): RemembranceState {
    return [...this.#seen].map(([key, { last, reports }]) => [key, last, reports] as const);
  }

  resume(state: RemembranceState): void {
    this.#seen.clear();
    for (const [key, last, reports] of state) this.#seen.set(key, { last, reports });
  }
}
