import { Alarm, type AlarmState } from './alarm.js';
import { LivingCalibration, type LivingCalibrationState } from './living-calibration.js';
import type { QuotedScore } from './source-scorer.js';

type Calibration = ConstructorParameters<typeof LivingCalibration>[0];

/** Time for which an alarm is held by the recording alone, and teaches p nothing. */
const LONGEST_HOLD_MS = 86_400_000;
const UNTAUGHT_MS = 3_600_000;

const NO_SCORE: QuotedScore = Object.freeze({ score: 0, p: null, pBelow: null });

/** One view of the host: its score now, and its alarm with whom it blames. */
export class HostAlarm {
  readonly #alarm: Alarm;
  readonly #calibration: LivingCalibration;
  #s = Number.NaN;
  /** What {@link #s} means; null until somebody asks. */
  #read: QuotedScore | null = NO_SCORE;
  #openedAt = 0;
  /** Key of the source that the open alarm is about; empty where it blames nobody. */
  #blamed = '';

  /** @param needed ticks of the last five that open it. */
  constructor(calibration: Calibration, needed?: number) {
    this.#alarm = new Alarm(needed);
    this.#calibration = new LivingCalibration(calibration);
  }

  /** Its score in the last tick. */
  get now(): QuotedScore {
    this.#read ??= this.#calibration.read(this.#s);
    return this.#read;
  }

  /** The score by the calibration of training alone. */
  get recorded(): number {
    return Number.isNaN(this.#s) ? 0 : this.#calibration.recorded(this.#s);
  }

  get open(): boolean {
    return this.#alarm.open;
  }

  /** Whom it blames, while it is open and not acknowledged; empty otherwise. */
  get blamed(): string {
    return this.#alarm.heard ? this.#blamed : '';
  }

  /** Whom it blames, while it is open and acknowledged; empty otherwise. */
  get blamedUnheard(): string {
    return this.#alarm.muted ? this.#blamed : '';
  }

  /** Takes the surprise of a tick; NaN where there is none. */
  score(s: number): void {
    this.#s = s;
    this.#read = Number.isNaN(s) ? NO_SCORE : null;
  }

  /**
   * Opens, holds or closes the alarm; an open one waits while there is no score, as after a gap.
   * @param unsure whether quiet proves nothing in this tick.
   * @param possible whether something beside the score allows it to open.
   * @returns whether it opened with this tick.
   */
  judge(ts: number, limit: number, unsure: boolean, possible = true): boolean {
    if (this.#alarm.open && Number.isNaN(this.#s)) return false;
    const held =
      this.#alarm.open && ts < this.#openedAt + LONGEST_HOLD_MS && this.recorded >= limit;
    const opened = this.#alarm.push(held || (possible && this.now.score >= limit), unsure);
    if (opened) this.#openedAt = ts;
    if (!this.#alarm.open) this.#blamed = '';
    return opened;
  }

  /** Says whom the alarm that has just opened is about. */
  blame(key: string): void {
    this.#blamed = key;
  }

  /** Whether it is open and blames a source, acknowledged or not. */
  isAbout(key: string): boolean {
    return this.#alarm.open && this.#blamed === key;
  }

  /**
   * Nothing more is heard of it until it closes.
   * @param muted false where that is taken back.
   */
  mute(muted = true): void {
    this.#alarm.mute(muted);
  }

  /** Ends a calibration step: what the last surprise means is read before it is learned from. */
  step(ts: number): void {
    this.#read = this.now;
    const untaught = ts < this.#openedAt + UNTAUGHT_MS;
    this.#calibration.learn(this.#s, !this.#alarm.open ? 'calm' : untaught ? 'held' : 'alarmed');
  }

  /** Its state, for a checkpoint. */
  state(): HostAlarmState {
    return {
      alarm: this.#alarm.state(),
      calibration: this.#calibration.state(),
      openedAt: this.#openedAt,
      blamed: this.#blamed,
    };
  }

  resume({ alarm, calibration, openedAt, blamed }: HostAlarmState): void {
    this.#alarm.resume(alarm);
    this.#calibration.resume(calibration);
    this.#openedAt = openedAt;
    this.#blamed = blamed;
  }
}

/** See {@link HostAlarm.state}. */
export interface HostAlarmState {
  readonly alarm: AlarmState;
  readonly calibration: LivingCalibrationState;
  readonly openedAt: number;
  readonly blamed: string;
}
