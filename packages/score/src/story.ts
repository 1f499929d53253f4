import { Alarm, type AlarmState } from './alarm.js';
import type { Reason } from './records.js';

/** Share of an anomaly from which its first reason carries it. */
const LEADING = 0.4;
/** Share from which a reason counts as told. */
const TOLD = 0.2;
/** How far a score must fall and rise again, in powers of ten, to be another fault. */
const SWING = 3;

/**
 * What an open alarm has told so far. A fault that leaves something behind keeps an alarm open;
 * what goes wrong next is news, though the alarm is old: another metric carries it, or the score
 * had fallen a thousandfold and is up again.
 */
export class Story {
  readonly #told = new Set<string>();
  readonly #turn = new Alarm();
  #peak = 0;
  #low = 0;

  /** Takes the reasons and the score of a tick; says whether 3 of 5 ticks are another fault. */
  turns(reasons: readonly Reason[], score: number): boolean {
    if (score > this.#peak) {
      this.#peak = score;
      if (this.#low > this.#peak - SWING) this.#low = score;
    }
    if (score < this.#low) this.#low = score;
    const first = reasons[0];
    const other =
      first !== undefined && first.contribution >= LEADING && !this.#told.has(first.metric);
    const again = this.#low <= this.#peak - SWING && score >= this.#low + SWING;
    return this.#turn.push(other || again);
  }

  /** Notes what was told. */
  tell(reasons: readonly Reason[], score: number): void {
    for (const { metric, contribution } of reasons)
      if (contribution >= TOLD) this.#told.add(metric);
    this.#turn.resume([0, 0, 0, 0]);
    this.#peak = score;
    this.#low = score;
  }

  /** Forgets everything: the alarm is closed. */
  end(): void {
    if (this.#told.size === 0) return;
    this.#told.clear();
    this.#turn.resume([0, 0, 0, 0]);
  }

  state(): StoryState {
    return {
      told: [...this.#told],
      turn: this.#turn.state(),
      peak: this.#peak,
      low: this.#low,
    };
  }

  resume({ told, turn, peak, low }: StoryState): void {
    for (const metric of told) this.#told.add(metric);
    this.#turn.resume(turn);
    this.#peak = peak;
    this.#low = low;
  }
}

/** See {@link Story.state}. */
export interface StoryState {
  readonly told: readonly string[];
  readonly turn: AlarmState;
  readonly peak: number;
  readonly low: number;
}
