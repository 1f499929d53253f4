import type { SourceProfile } from './profile.js';
import { rowWidth } from './row-layout.js';

/** The raw rows of the last ticks of one source, from which rows of several ticks are summed. */
export class RowRing {
  readonly #width: number;
  readonly #features: number;
  readonly #length: number;
  readonly #rows: Float64Array;
  readonly #present: Uint8Array;
  readonly #seconds: Float64Array;
  readonly #active: Uint8Array;
  /** Whether anything was added to a slot: most sources do nothing in most ticks. */
  readonly #filled: Uint8Array;
  #at = 0;

  constructor(profile: SourceProfile, length: number) {
    this.#width = rowWidth(profile).total;
    this.#features = profile.features.length;
    this.#length = length;
    this.#rows = new Float64Array(length * this.#width);
    this.#present = new Uint8Array(length * this.#features);
    this.#seconds = new Float64Array(length);
    this.#active = new Uint8Array(length);
    this.#filled = new Uint8Array(length);
  }

  /** Opens the slot of the next tick, emptied. */
  open(seconds: number): void {
    this.#at = (this.#at + 1) % this.#length;
    if (this.#filled[this.#at] === 1) {
      this.#rows.fill(0, this.#at * this.#width, (this.#at + 1) * this.#width);
      this.#present.fill(0, this.#at * this.#features, (this.#at + 1) * this.#features);
      this.#filled[this.#at] = 0;
    }
    this.#seconds[this.#at] = seconds;
    this.#active[this.#at] = 0;
  }

  /** Adds a value to a place of the open slot. */
  add(place: number, value: number): void {
    this.#rows[this.#at * this.#width + place] =
      (this.#rows[this.#at * this.#width + place] as number) + value;
    this.#filled[this.#at] = 1;
    if (place < this.#features) this.#present[this.#at * this.#features + place] = 1;
  }

  /** Notes that the source did something in the open slot. */
  touch(): void {
    this.#active[this.#at] = 1;
  }

  /** Whether the source did anything in the last `ticks` slots. */
  active(ticks: number): boolean {
    for (let i = 0; i < ticks; i++) if (this.#active[this.#slot(i)] === 1) return true;
    return false;
  }

  /** Seconds that the last `ticks` slots cover. */
  seconds(ticks: number): number {
    let sum = 0;
    for (let i = 0; i < ticks; i++) sum += this.#seconds[this.#slot(i)] as number;
    return sum;
  }

  /**
   * Sums of consecutive places over the last `ticks` slots, newest last: slot by slot, which gives
   * the bits of {@link sum} for each.
   * @param out overwritten from `from` to `to`, as the row is laid out.
   */
  sums(from: number, to: number, ticks: number, out: Float64Array): void {
    out.fill(0, from, to);
    for (let i = ticks - 1; i >= 0; i--) {
      const slot = this.#slot(i);
      if (this.#filled[slot] === 0) continue;
      const rows = this.#rows;
      const base = slot * this.#width;
      for (let j = from; j < to; j++) out[j] = (out[j] as number) + (rows[base + j] as number);
    }
  }

  /** In how many of the last `ticks` slots each feature was there. */
  counts(ticks: number, out: Uint32Array): void {
    out.fill(0);
    for (let i = 0; i < ticks; i++) {
      const slot = this.#slot(i);
      if (this.#filled[slot] === 0) continue;
      const present = this.#present;
      const base = slot * this.#features;
      for (let j = 0; j < out.length; j++) {
        out[j] = (out[j] as number) + (present[base + j] as number);
      }
    }
  }

  /** Sum of one place over the last `ticks` slots, newest last. */
  sum(place: number, ticks: number): number {
    let sum = 0;
    for (let i = ticks - 1; i >= 0; i--) {
      sum += this.#rows[this.#slot(i) * this.#width + place] as number;
    }
    return sum;
  }

  /** The arrays that make up its state, in a fixed order. */
  state(): readonly (Float64Array | Uint8Array)[] {
    return [this.#rows, this.#present, this.#seconds, this.#active];
  }

  /** Position of the open slot: part of its state. */
  get position(): number {
    return this.#at;
  }

  set position(at: number) {
    this.#at = at;
    // Whoever sets it has copied rows in.
    this.#filled.fill(1);
  }

  #slot(back: number): number {
    const slot = this.#at - back;
    return slot < 0 ? slot + this.#length : slot;
  }
}
