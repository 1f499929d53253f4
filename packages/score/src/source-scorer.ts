import {
  CalibrationCurve,
  type Combination,
  combinationOf,
  combineViews,
  MEMORY_STEPS,
  prepareViews,
  remember,
  type SourceTracker,
  type SurpriseScale,
  surprise,
  type View,
  type ViewName,
  viewsReady,
} from '@ethogram/features';
import type { SourceModel } from '@ethogram/model';

/** A score and how often as much was seen in calm time. */
export interface QuotedScore {
  readonly score: number;
  readonly p: number | null;
  readonly pBelow: number | null;
}

/** What the rates of one source say of one tick. */
export interface RateScore extends QuotedScore {
  /** The score by the calibration of training alone, which never gets used to anything. */
  readonly recorded: number;
  /**
   * How odd the row is by the calibration of training alone, or what the last steps add up to
   * where that is more: what rows are ranked by.
   */
  readonly evidence: number;
}

const SILENT: RateScore = Object.freeze({
  score: 0,
  p: null,
  pBelow: null,
  recorded: 0,
  evidence: 0,
});

/** Weight of seven days of calibration scores: beyond it the oldest fade. */
const MEMORY = 60_480;
/** Surprise from which a view names a fault: the 99 % quantile of training, if its tail is exponential. */
const RARE = Math.LN10;
/** An alarmed score enters the calibration only every so many times. */
const ALARMED_EVERY = 10;

/** Scores the rates, mix and shapes of one source against what was learned of it. */
export class SourceScorer {
  readonly views: readonly View[];
  readonly #combination: Combination;
  readonly #distances: Float64Array;
  readonly #curve: CalibrationCurve | null;
  /** The calibration of training, which never learns: rows far apart in time stay comparable. */
  readonly #recorded: CalibrationCurve | null;
  #s = Number.NaN;
  #worst = -1;
  #alarmed = 0;
  /** The score of the last calm step. */
  #candidate = Number.NaN;
  /** Fading means of the scores, one per length of memory. */
  #memories = MEMORY_STEPS.map(() => 0);
  #oddShare = 0;

  constructor(model: SourceModel) {
    const views = model.calibration && !model.self ? prepareViews(model) : [];
    this.views = views;
    this.#combination = combinationOf(model, views);
    this.#distances = new Float64Array(views.length);
    this.#curve = model.calibration ? new CalibrationCurve(model.calibration) : null;
    this.#recorded = model.calibration ? new CalibrationCurve(model.calibration) : null;
  }

  /** Scores the row that the tracker has just closed. */
  score(tracker: SourceTracker): RateScore {
    this.#s = Number.NaN;
    this.#worst = -1;
    if (!this.#curve || !this.#recorded || !viewsReady(this.views, tracker)) return SILENT;
    for (const [v, view] of this.views.entries()) this.#distances[v] = view.distance(tracker);
    const { s, worst } = combineViews(this.#distances, this.#combination);
    if (Number.isNaN(s)) return SILENT;
    this.#s = s;
    this.#worst = worst;
    const evidence = this.#recorded.read(Math.max(s, ...this.#memories)).score;
    return { ...this.#curve.read(s), recorded: this.#recorded.read(s).score, evidence };
  }

  /**
   * Takes the score just computed into the evidence, once per calibration step.
   * @param odd whether the recording would call it odd.
   */
  remember(odd: boolean): void {
    if (Number.isNaN(this.#s)) return;
    this.#memories = this.#memories.map((memory, i) =>
      remember(memory, this.#s, MEMORY_STEPS[i] as number),
    );
    this.#oddShare = remember(this.#oddShare, odd ? 1 : 0, MEMORY_STEPS[0] as number);
  }

  /** Whether most of the last steps were odd by the recording: it is no yardstick any more. */
  get outgrown(): boolean {
    return this.#oddShare > 0.5;
  }

  /**
   * Lets the calibration learn, one step late. In calm the score of the last step enters, so that
   * the first moments of a fault, whose alarm is still opening, do not. In the first hour of a held
   * alarm nothing does: a handful of its scores would make the next fault look usual. Later, and
   * where the recording is no yardstick any more, every tenth alarmed score enters.
   */
  learn(state: 'calm' | 'held' | 'alarmed'): void {
    const due = this.#candidate;
    this.#candidate = state === 'calm' ? this.#s : Number.NaN;
    if (state === 'calm') this.#add(due);
    if (state === 'alarmed' && this.#alarmed++ % ALARMED_EVERY === ALARMED_EVERY - 1) {
      this.#add(this.#s);
    }
  }

  #add(s: number): void {
    if (!this.#curve || Number.isNaN(s)) return;
    if (this.#curve.size >= MEMORY) this.#curve.decay(1 - 1 / MEMORY);
    this.#curve.add(s);
  }

  /** The views that were off in the row just scored, the worst first. */
  kinds(): readonly ViewName[] {
    return this.views
      .map((view, v) => ({
        name: view.name,
        worst: v === this.#worst,
        term: surprise(this.#distances[v] as number, this.#combination.scales[v] as SurpriseScale),
      }))
      .filter(({ worst, term }) => worst || term > RARE)
      .sort((a, b) => b.term - a.term)
      .map(({ name }) => name);
  }

  /** The view that won, or null. */
  get worst(): View | null {
    return this.views[this.#worst] ?? null;
  }

  /** Its state, for a checkpoint. */
  state(): SourceScorerState {
    return {
      candidate: Number.isNaN(this.#candidate) ? null : this.#candidate,
      alarmed: this.#alarmed,
      memories: this.#memories,
      oddShare: this.#oddShare,
      bins: this.#curve?.state() ?? [],
    };
  }

  /** Takes up a state; the scorer must be fresh. */
  resume(state: SourceScorerState): void {
    this.#candidate = state.candidate ?? Number.NaN;
    this.#alarmed = state.alarmed;
    this.#memories = [...state.memories];
    this.#oddShare = state.oddShare;
    this.#curve?.resume(state.bins);
  }
}

/** See {@link SourceScorer.state}. */
export interface SourceScorerState {
  readonly candidate: number | null;
  readonly alarmed: number;
  readonly memories: readonly number[];
  readonly oddShare: number;
  readonly bins: readonly (readonly [number, number])[];
}
