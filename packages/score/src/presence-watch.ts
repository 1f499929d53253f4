import type { SourceModel } from '@ethogram/model';

/** Ticks of silence that prove nothing, even for a source that never paused: fewer after ten minutes without. */
const GRACE = 10;
const SHORT_GRACE = 5;
const LONG_WATCHED = 600;
/** How unlikely a silence must be to count, one in so many. */
const RARE = 1000;

/**
 * Watches whether a source is still there. Silences have heavy tails: where the longest of n was
 * L, one of x·L has a chance of about 1/(n x) (a Pareto tail of index 1). So a source that paused
 * often is missed after twice its longest silence, one that paused seldom much later.
 */
export class PresenceWatch {
  readonly #limit: number;
  #silence = 0;
  #named = false;

  constructor(model: SourceModel) {
    const judged = !model.self && model.kind !== 'device' && model.episodes > 0;
    const factor = Math.max(2, RARE / Math.max(1, model.episodes));
    const sporadic = model.longestSilence > 0 || model.activeShare < 0.5;
    const longest = sporadic ? Math.max(1, model.longestSilence) : 0;
    const grace = model.ticks >= LONG_WATCHED ? SHORT_GRACE : GRACE;
    this.#limit = judged ? grace + factor * longest : Number.POSITIVE_INFINITY;
  }

  /** Takes a tick; says whether the source has been away for too long. */
  push(active: boolean): boolean {
    this.#silence = active ? 0 : this.#silence + 1;
    this.#named ||= active;
    return this.#silence > this.#limit;
  }

  /** Ticks of silence so far. */
  get silence(): number {
    return this.#silence;
  }

  set silence(ticks: number) {
    this.#silence = ticks;
  }

  /** Whether it was seen under its own name since the recorder began. */
  get named(): boolean {
    return this.#named;
  }

  set named(named: boolean) {
    this.#named = named;
  }
}
