import { isGauge, type Slot } from './slot.js';
import { placesBySource, type StretchSlot } from './stretch.js';

/** Room that the arrays have at first. */
const FIRST_ROOM = 64;

/** Sums values into rows, one place per slot; slots may come later. */
export class RowSums {
  readonly #slots: StretchSlot[] = [];
  readonly #gauges: number[] = [];
  readonly #rows: Float64Array[] = [];
  // Of the row that is being summed.
  #sums = new Float64Array(FIRST_ROOM);
  #present = new Float64Array(FIRST_ROOM);
  // What emptied rows have added up to, and how many values that were.
  #totals = new Float64Array(FIRST_ROOM);
  #counts = new Float64Array(FIRST_ROOM);

  /** Adds a slot of a source; its place. Values may be added after the next {@link makeRoom}. */
  slot(slot: Slot, source: number): number {
    const place = this.#slots.push({ slot, source, total: 0, values: 0 }) - 1;
    if (isGauge(slot)) this.#gauges.push(place);
    return place;
  }

  /** Makes room for all slots. */
  makeRoom(): void {
    if (this.#slots.length <= this.#sums.length) return;
    const length = 2 * this.#slots.length;
    this.#sums = grown(this.#sums, length);
    this.#present = grown(this.#present, length);
    this.#totals = grown(this.#totals, length);
    this.#counts = grown(this.#counts, length);
  }

  /** Adds a value to the row. */
  add(place: number, value: number): void {
    const sums = this.#sums;
    const present = this.#present;
    sums[place] = (sums[place] as number) + value;
    present[place] = (present[place] as number) + 1;
  }

  /** Keeps the row that was summed, and begins the next. */
  closeRow(): void {
    const row = this.#sums.slice(0, this.#slots.length);
    for (const place of this.#gauges) {
      row[place] = (row[place] as number) / (this.#present[place] as number);
    }
    this.#rows.push(row);
    this.empty();
  }

  /** Begins the row anew: what was summed counts in the totals of its slots only. */
  empty(): void {
    for (let place = 0; place < this.#slots.length; place++) {
      this.#totals[place] = (this.#totals[place] as number) + (this.#sums[place] as number);
      this.#counts[place] = (this.#counts[place] as number) + (this.#present[place] as number);
    }
    this.#sums.fill(0);
    this.#present.fill(0);
  }

  /** All slots with their totals, those of the open row included. */
  slots(): readonly StretchSlot[] {
    this.empty();
    for (const [place, slot] of this.#slots.entries()) {
      slot.total = this.#totals[place] as number;
      slot.values = this.#counts[place] as number;
    }
    return this.#slots;
  }

  /** The rows, source after source; a slot that came later was missing before. */
  bySource(sources: number): Float64Array<ArrayBuffer> {
    const data = new Float64Array(this.#rows.length * this.#slots.length);
    let at = 0;
    for (const places of placesBySource(this.#slots, sources)) {
      const missing = places.map((place) =>
        isGauge((this.#slots[place] as StretchSlot).slot) ? Number.NaN : 0,
      );
      for (const row of this.#rows) {
        for (let i = 0; i < places.length; i++) {
          const place = places[i] as number;
          data[at++] = (place < row.length ? row[place] : missing[i]) as number;
        }
      }
    }
    return data;
  }
}

function grown(array: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(array);
  return larger;
}
