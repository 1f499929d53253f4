import { Alarm, type AlarmState } from './alarm.js';

/** New sources whose alarm is followed at once; more are reported, but not followed. */
const MOST = 256;

/** The alarms of sources that training never saw. */
export class Newcomers {
  readonly #alarms = new Map<string, Alarm>();

  /**
   * Begins a tick: alarms grow quiet, and closed ones go.
   * @param unsure whether quiet proves nothing in it.
   */
  tick(unsure: boolean): void {
    for (const [key, alarm] of this.#alarms) {
      alarm.push(false, unsure);
      if (!alarm.open) this.#alarms.delete(key);
    }
  }

  /** The alarm of a new source, made where there is room for it. */
  alarmOf(key: string): Alarm | undefined {
    let alarm = this.#alarms.get(key);
    if (!alarm && this.#alarms.size < MOST) {
      alarm = new Alarm();
      this.#alarms.set(key, alarm);
    }
    return alarm;
  }

  /** Mutes the alarm of a new source, where it is open, or takes that back. */
  mute(key: string, muted: boolean): void {
    this.#alarms.get(key)?.mute(muted);
  }

  /** Whether the alarm of any is open, acknowledged or not. */
  get someOpen(): boolean {
    return [...this.#alarms.values()].some(({ open }) => open);
  }

  /** Keys of those that are heard. */
  heard(): readonly string[] {
    return [...this.#alarms].filter(([, alarm]) => alarm.heard).map(([key]) => key);
  }

  /** Keys of those that are open, and not heard. */
  unheard(): readonly string[] {
    return [...this.#alarms].filter(([, alarm]) => alarm.muted).map(([key]) => key);
  }

  state(): readonly (readonly [string, AlarmState])[] {
    return [...this.#alarms].map(([key, alarm]) => [key, alarm.state()] as const);
  }

  resume(state: readonly (readonly [string, AlarmState])[]): void {
    for (const [key, saved] of state) this.alarmOf(key)?.resume(saved);
  }
}
