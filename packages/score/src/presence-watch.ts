import type { SourceModel } from '@ethogram/model';

/** Fewest times a source must have come and gone for its silences to be known. */
const MIN_EPISODES = 3;
/** Share of ticks from which a source counts as always active. */
const ALWAYS = 0.9;

/**
 * Watches whether a source is still there: it is absent once its silence is longer than twice the
 * longest of training and ten ticks.
 */
export class PresenceWatch {
  readonly #limit: number;
  #silence = 0;

  constructor(model: SourceModel) {
    const judged =
      !model.self &&
      model.kind !== 'device' &&
      (model.activeShare >= ALWAYS || model.episodes >= MIN_EPISODES);
    this.#limit = judged ? 2 * model.longestSilence + 10 : Number.POSITIVE_INFINITY;
  }

  /** Takes a tick; says whether the source has been away for too long. */
  push(active: boolean): boolean {
    this.#silence = active ? 0 : this.#silence + 1;
    return this.#silence > this.#limit;
  }

  /** Ticks of silence so far. */
  get silence(): number {
    return this.#silence;
  }

  set silence(ticks: number) {
    this.#silence = ticks;
  }
}
