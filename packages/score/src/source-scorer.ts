import {
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
import {
  type CalibrationState,
  LivingCalibration,
  type LivingCalibrationState,
} from './living-calibration.js';

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

/** Surprise from which a view names a fault: the 99 % quantile of training, if its tail is exponential. */
const RARE = Math.LN10;
/** Scores the rates, mix and shapes of one source against what was learned of it. */
export class SourceScorer {
  readonly views: readonly View[];
  readonly #combination: Combination;
  readonly #distances: Float64Array;
  readonly #calibration: LivingCalibration | null;
  #s = Number.NaN;
  #worst = -1;
  /** Fading means of the scores, one per length of memory. */
  #memories = MEMORY_STEPS.map(() => 0);
  #oddShare = 0;

  constructor(model: SourceModel) {
    const views = model.calibration && !model.self ? prepareViews(model) : [];
    this.views = views;
    this.#combination = combinationOf(model, views);
    this.#distances = new Float64Array(views.length);
    this.#calibration = model.calibration ? new LivingCalibration(model.calibration) : null;
  }

  /** Scores the row that the tracker has just closed. */
  score(tracker: SourceTracker): RateScore {
    this.#s = Number.NaN;
    this.#worst = -1;
    if (!this.#calibration || !viewsReady(this.views, tracker)) return SILENT;
    // Views that count towards nothing only name a fault: they are asked when there is one.
    this.#measure(tracker, true);
    const { s, worst } = combineViews(this.#distances, this.#combination);
    if (Number.isNaN(s)) return SILENT;
    this.#s = s;
    this.#worst = worst;
    const recorded = this.#calibration.recorded(s);
    let most = s;
    for (const memory of this.#memories) if (memory > most) most = memory;
    const evidence = most > s ? this.#calibration.recorded(most) : recorded;
    const { score, p, pBelow } = this.#calibration.read(s);
    return { score, p, pBelow, recorded, evidence };
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

  /** Lets the calibration learn from the score just computed; see {@link LivingCalibration.learn}. */
  learn(state: CalibrationState): void {
    this.#calibration?.learn(this.#s, state);
  }

  /** The views that were off in the row just scored, the worst first. */
  kinds(tracker: SourceTracker): readonly ViewName[] {
    this.#measure(tracker, false);
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

  /** Takes the distances of the views that count, or of the others. */
  #measure(tracker: SourceTracker, counting: boolean): void {
    for (let v = 0; v < this.views.length; v++) {
      const view = this.views[v] as View;
      if (view.counts === counting) this.#distances[v] = view.distance(tracker);
    }
  }

  /** The view that won, or null. */
  get worst(): View | null {
    return this.views[this.#worst] ?? null;
  }

  /** Its state, for a checkpoint. */
  state(): SourceScorerState {
    return {
      memories: this.#memories,
      oddShare: this.#oddShare,
      calibration: this.#calibration?.state() ?? null,
    };
  }

  /** Takes up a state; the scorer must be fresh. */
  resume(state: SourceScorerState): void {
    this.#memories = [...state.memories];
    this.#oddShare = state.oddShare;
    if (state.calibration) this.#calibration?.resume(state.calibration);
  }
}

/** See {@link SourceScorer.state}. */
export interface SourceScorerState {
  readonly memories: readonly number[];
  readonly oddShare: number;
  readonly calibration: LivingCalibrationState | null;
}
