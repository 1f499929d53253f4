import { type Calibrated, type Calibration, CalibrationCurve } from '@ethogram/features';

/** Weight of seven days of calibration scores: beyond it the oldest fade. */
const MEMORY = 60_480;
/** An alarmed score enters the calibration only every so many times. */
const ALARMED_EVERY = 10;

/** What an alarm says of the scores that come in; see {@link LivingCalibration.learn}. */
export type CalibrationState = 'calm' | 'held' | 'alarmed';

/** A calibration that learns what it sees, beside the one of training, which never does. */
export class LivingCalibration {
  readonly #curve: CalibrationCurve;
  readonly #recorded: CalibrationCurve;
  /** The score of the last calm step. */
  #candidate = Number.NaN;
  #alarmed = 0;

  constructor(calibration: Calibration) {
    this.#curve = new CalibrationCurve(calibration);
    this.#recorded = new CalibrationCurve(calibration);
  }

  /** What a score means by all that was seen. */
  read(s: number): Calibrated {
    return this.#curve.read(s);
  }

  /** What it means by training alone: rows far apart in time stay comparable. */
  recorded(s: number): number {
    return this.#recorded.score(s);
  }

  /**
   * Lets the calibration learn, one step late. In calm the score of the last step enters, so that
   * the first moments of a fault, whose alarm is still opening, do not. In the first hour of a held
   * alarm nothing does: a handful of its scores would make the next fault look usual. Later, and
   * where the recording is no yardstick any more, every tenth alarmed score enters.
   * @param s the score now; NaN where there is none.
   */
  learn(s: number, state: CalibrationState): void {
    const due = this.#candidate;
    this.#candidate = state === 'calm' ? s : Number.NaN;
    if (state === 'calm') this.#add(due);
    if (state === 'alarmed' && this.#alarmed++ % ALARMED_EVERY === ALARMED_EVERY - 1) this.#add(s);
  }

  /** Its state, for a checkpoint. */
  state(): LivingCalibrationState {
    return {
      candidate: Number.isNaN(this.#candidate) ? null : this.#candidate,
      alarmed: this.#alarmed,
      bins: this.#curve.state(),
    };
  }

  resume({ candidate, alarmed, bins }: LivingCalibrationState): void {
    this.#candidate = candidate ?? Number.NaN;
    this.#alarmed = alarmed;
    this.#curve.resume(bins);
  }

  #add(s: number): void {
    if (Number.isNaN(s)) return;
    if (this.#curve.size >= MEMORY) this.#curve.decay(1 - 1 / MEMORY);
    this.#curve.add(s);
  }
}

/** See {@link LivingCalibration.state}. */
export interface LivingCalibrationState {
  readonly candidate: number | null;
  readonly alarmed: number;
  readonly bins: readonly (readonly [number, number])[];
}
