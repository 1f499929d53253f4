/** Ticks looked back on, and how many of them must be off for an alarm to open. */
const LAST = 5;
const NEEDED = 3;
/** Quiet ticks after which it closes. */
const QUIET = 10;

/** Opens when 3 of the last 5 ticks are off, closes after 10 quiet ones: a fault is one alarm. */
export class Alarm {
  readonly #needed: number;
  #recent = 0;
  #quiet = 0;
  #open = false;
  #muted = false;

  /** @param needed ticks of the last five that open it. */
  constructor(needed = NEEDED) {
    this.#needed = needed;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Open, and not acknowledged as expected. */
  get heard(): boolean {
    return this.#open && !this.#muted;
  }

  /** Open, and acknowledged as expected. */
  get muted(): boolean {
    return this.#open && this.#muted;
  }

  /**
   * Nothing more is heard of it until it closes.
   * @param muted false where that is taken back.
   */
  mute(muted = true): void {
    this.#muted = muted && this.#open;
  }

  /**
   * Takes the next tick.
   * @param unsure whether quiet proves nothing in it: while open, such a tick counts only where off.
   * @returns whether the alarm opened with it.
   */
  push(off: boolean, unsure = false): boolean {
    if (this.#open && unsure && !off) return false;
    this.#recent = ((this.#recent << 1) | (off ? 1 : 0)) & ((1 << LAST) - 1);
    this.#quiet = off ? 0 : this.#quiet + 1;
    if (this.#open) {
      if (this.#quiet >= QUIET) {
        this.#open = false;
        this.#muted = false;
      }
      return false;
    }
    this.#open = off && bits(this.#recent) >= this.#needed;
    return this.#open;
  }

  /** Opens at once: for what needs no second look. */
  raise(): boolean {
    const opened = !this.#open;
    this.#open = true;
    this.#quiet = 0;
    return opened;
  }

  /** Its state, for a checkpoint. */
  state(): AlarmState {
    return [this.#recent, this.#quiet, this.#open ? 1 : 0, this.#muted ? 1 : 0];
  }

  resume([recent, quiet, open, muted]: AlarmState): void {
    this.#recent = recent;
    this.#quiet = quiet;
    this.#open = open === 1;
    this.#muted = muted === 1;
  }
}

/** Recent ticks as bits, quiet ticks, open, muted. */
export type AlarmState = readonly [number, number, number, number];

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
