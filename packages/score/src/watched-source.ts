import { sourceKey } from '@ethogram/core';
import { LEVEL_ROWS, type SourceTracker } from '@ethogram/features';
import type { SourceModel } from '@ethogram/model';
import { Alarm, type AlarmState } from './alarm.js';
import { PresenceWatch } from './presence-watch.js';
import { explainRates, shareOut } from './reasons.js';
import { leavesRecordedRange } from './recorded-range.js';
import type { AnomalyKind, Reason, Severity } from './records.js';
import { factsOf, type SourceFacts } from './source-facts.js';
import { type RateScore, SourceScorer, type SourceScorerState } from './source-scorer.js';
import { Story, type StoryState } from './story.js';

/** Time for which an alarm is held by the recording alone. */
const LONGEST_HOLD_MS = 86_400_000;
/** Time for which a held alarm teaches p nothing: the next fault must not look usual at once. */
const UNTAUGHT_MS = 3_600_000;

/** Scores from which a source is off, and from which it is so in a critical way. */
export interface Limits {
  readonly warn: number;
  readonly critical: number;
}

/** What is to be told of the rates of a source. */
export interface RateFinding {
  readonly severity: Severity;
  readonly kinds: readonly AnomalyKind[];
  readonly reasons: readonly Reason[];
}

/** One learned source, its score now, and its alarms. */
export class WatchedSource {
  readonly key: string;
  readonly model: SourceFacts;
  readonly rates = new Alarm();
  readonly novelty = new Alarm();
  readonly absence = new Alarm();
  readonly presence: PresenceWatch;
  readonly #scorer: SourceScorer;
  readonly #story = new Story();
  readonly #ranged: boolean;
  #severity: Severity = 'warning';
  /** Until when the recording alone may hold the alarm of rates, ms UTC. */
  #holdUntil = 0;
  #now: RateScore = { score: 0, p: null, pBelow: null, recorded: 0, evidence: 0 };

  /** @param ranged whether rates must leave their recorded ranges to open an alarm. */
  constructor(model: SourceModel, ranged: boolean) {
    this.#ranged = ranged;
    this.key = sourceKey(model);
    this.model = factsOf(model);
    this.presence = new PresenceWatch(model);
    this.#scorer = new SourceScorer(model);
  }

  /** Its score in the last tick. */
  get now(): RateScore {
    return this.#now;
  }

  /** Whether it has a score now: it is awake, and the views have seen enough. */
  get scored(): boolean {
    return this.#now.p !== null || this.#now.pBelow !== null;
  }

  /** Whether one of its alarms is open and not acknowledged. */
  get heard(): boolean {
    return this.rates.heard || this.novelty.heard || this.absence.heard;
  }

  /** Whether one of its alarms is open and acknowledged. */
  get unheard(): boolean {
    return this.rates.muted || this.novelty.muted || this.absence.muted;
  }

  /** Whether one of its alarms is open, acknowledged or not. */
  get open(): boolean {
    return this.rates.open || this.novelty.open || this.absence.open;
  }

  /** Scores the row that the tracker has just closed. */
  score(tracker: SourceTracker): void {
    this.#now = this.#scorer.score(tracker);
  }

  /** Ends a calibration step: the score just computed enters what is remembered. */
  step(ts: number, warn: number, incomplete: boolean): void {
    this.#scorer.remember(this.#now.recorded >= warn);
    if (incomplete) return;
    const untaught = ts < this.#holdUntil - LONGEST_HOLD_MS + UNTAUGHT_MS;
    this.#scorer.learn(!this.rates.open ? 'calm' : untaught ? 'held' : 'alarmed');
  }

  /**
   * Opens, holds or closes the alarm of rates. A lasting fault becomes usual to p, and its alarm
   * stays while the recording would call it odd; for a day, and only where the recording still
   * held when it began. After a gap an open alarm waits until rows can be scored again: not seeing
   * is no quiet.
   * @param seen `burst`: whether single ticks lie far beyond training, critical at once; `unsure`:
   *   whether quiet proves nothing in this tick.
   * @returns what is to be told: an alarm that opened or worsened, or another fault within it.
   */
  judge(
    tracker: SourceTracker,
    ts: number,
    limits: Limits,
    { burst, unsure }: { readonly burst: boolean; readonly unsure: boolean },
  ): RateFinding | null {
    const { score, recorded } = this.#now;
    const held = this.rates.open && recorded >= limits.warn && ts < this.#holdUntil;
    const off = (score >= limits.warn && this.#shows(tracker)) || held;
    const waits = this.rates.open && !tracker.windowKnown(LEVEL_ROWS);
    const opened = burst ? this.rates.raise() : !waits && this.rates.push(off, unsure);
    if (opened) this.#holdUntil = this.#scorer.outgrown ? ts : ts + LONGEST_HOLD_MS;
    if (!this.rates.open) {
      this.#severity = 'warning';
      this.#story.end();
    }
    const { worst } = this.#scorer;
    if (!this.rates.open || !(off || burst) || !worst) return null;
    const severity: Severity = burst || score >= limits.critical ? 'critical' : 'warning';
    const worsened = severity === 'critical' && this.#severity === 'warning';
    const reasons = explainRates(this.model, tracker, worst);
    const turned = this.#story.turns(reasons, recorded);
    if (!opened && !worsened && !turned) return null;
    this.#severity = severity;
    this.#story.tell(reasons, recorded);
    return { severity, kinds: this.#scorer.kinds(tracker), reasons };
  }

  /**
   * Whether a high score rests on something that a short training can show. From a hundred rows
   * the ranges of metrics are known, the tails of their combinations are not: there a new mix, or
   * metrics outside of their recorded ranges, must be part of it.
   */
  #shows(tracker: SourceTracker): boolean {
    const { worst } = this.#scorer;
    if (!this.#ranged || !worst || worst.name === 'mix' || worst.name === 'distribution') {
      return true;
    }
    return leavesRecordedRange(shareOut(this.model, tracker, worst));
  }

  /** Ticks are missing: nobody knows whether it was there, so its silence counts anew. */
  missTicks(): void {
    if (!this.absence.open) this.presence.silence = 0;
  }

  /**
   * Watches whether it is there; says whether it began to be missed.
   * @param hidden whether it may be there although nothing of it was seen: that is no silence.
   */
  misses(active: boolean, hidden: boolean): boolean {
    if (hidden && !active) return false;
    if (this.presence.push(active)) return this.absence.raise();
    this.absence.push(false);
    return false;
  }

  /** Its state, for a checkpoint. */
  state(): WatchedState {
    return {
      scorer: this.#scorer.state(),
      silence: this.presence.silence,
      named: this.presence.named,
      alarms: [this.rates.state(), this.novelty.state(), this.absence.state()],
      severity: this.#severity,
      story: this.#story.state(),
      holdUntil: this.#holdUntil,
    };
  }

  resume(state: WatchedState): void {
    this.#scorer.resume(state.scorer);
    this.presence.silence = state.silence;
    this.presence.named = state.named ?? false;
    this.rates.resume(state.alarms[0]);
    this.novelty.resume(state.alarms[1]);
    this.absence.resume(state.alarms[2]);
    this.#severity = state.severity;
    this.#story.resume(state.story);
    this.#holdUntil = state.holdUntil;
  }
}

/** See {@link WatchedSource.state}. */
export interface WatchedState {
  readonly scorer: SourceScorerState;
  readonly silence: number;
  /** Not in checkpoints of before it was followed. */
  readonly named?: boolean;
  readonly alarms: readonly [AlarmState, AlarmState, AlarmState];
  readonly severity: Severity;
  readonly story: StoryState;
  readonly holdUntil: number;
}
