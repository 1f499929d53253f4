import {
  CalibrationCurve,
  combineViews,
  prepareViews,
  type SourceTracker,
  type View,
  type ViewName,
  viewsReady,
  viewTerm,
} from '@ethogram/features';
import type { SourceModel } from '@ethogram/model';

/** What the rates of one source say of one tick. */
export interface RateScore {
  readonly score: number;
  readonly p: number | null;
  readonly pBelow: number | null;
}

const SILENT: RateScore = Object.freeze({ score: 0, p: null, pBelow: null });

/** Weight of seven days of calibration scores: beyond it the oldest fade. */
const MEMORY = 60_480;
/** An alarmed score enters the calibration only every so many times. */
const ALARMED_EVERY = 10;

/** Scores the rates, mix and shapes of one source against what was learned of it. */
export class SourceScorer {
  readonly views: readonly View[];
  readonly #q99: Float64Array;
  readonly #distances: Float64Array;
  readonly #curve: CalibrationCurve | null;
  #s = Number.NaN;
  #worst = -1;
  #alarmed = 0;

  constructor(model: SourceModel) {
    const views = model.calibration && !model.self ? prepareViews(model) : [];
    this.views = views;
    this.#q99 = Float64Array.from(views, (view) => model[view.name]?.q99 ?? 1);
    this.#distances = new Float64Array(views.length);
    this.#curve = model.calibration ? new CalibrationCurve(model.calibration) : null;
  }

  /** Scores the row that the tracker has just closed. */
  score(tracker: SourceTracker): RateScore {
    this.#s = Number.NaN;
    this.#worst = -1;
    if (!this.#curve || !viewsReady(this.views, tracker)) return SILENT;
    for (const [v, view] of this.views.entries()) this.#distances[v] = view.distance(tracker);
    const { s, worst } = combineViews(this.#distances, this.#q99);
    if (Number.isNaN(s)) return SILENT;
    this.#s = s;
    this.#worst = worst;
    return this.#curve.read(s);
  }

  /** Lets the calibration learn from the score just computed. */
  learn(alarmed: boolean): void {
    if (!this.#curve || Number.isNaN(this.#s)) return;
    if (alarmed && this.#alarmed++ % ALARMED_EVERY !== ALARMED_EVERY - 1) return;
    if (this.#curve.size >= MEMORY) this.#curve.decay(1 - 1 / MEMORY);
    this.#curve.add(this.#s);
  }

  /** The views that were off in the row just scored, the worst first. */
  kinds(): readonly ViewName[] {
    return this.views
      .map((view, v) => ({
        name: view.name,
        worst: v === this.#worst,
        term: viewTerm(this.#distances[v] as number, this.#q99[v] as number),
      }))
      .filter(({ worst, term }) => worst || term > 0)
      .sort((a, b) => b.term - a.term)
      .map(({ name }) => name);
  }

  /** The view that won, or null. */
  get worst(): View | null {
    return this.views[this.#worst] ?? null;
  }

  /** Its state, for a checkpoint. */
  state(): SourceScorerState {
    return { alarmed: this.#alarmed, bins: this.#curve?.state() ?? [] };
  }

  /** Takes up a state; the scorer must be fresh. */
  resume(state: SourceScorerState): void {
    this.#alarmed = state.alarmed;
    this.#curve?.resume(state.bins);
  }
}

/** See {@link SourceScorer.state}. */
export interface SourceScorerState {
  readonly alarmed: number;
  readonly bins: readonly (readonly [number, number])[];
}
