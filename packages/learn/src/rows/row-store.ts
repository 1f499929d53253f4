import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { learnErrors } from '../errors.js';
import { isGauge, type Slot, slotKey } from './slot.js';
import { FRESH, INCOMPLETE, placesBySource, type RowTimes, type Stretch } from './stretch.js';

/** Bytes of rows that are kept in memory; what is more goes to a file. */
const ROOM = 160 * 2 ** 20;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

/** The rows of one source over the whole window. */
export interface SourceRows {
  readonly slots: readonly Slot[];
  /** Rows × slots, row-major: sums of counters, means of gauges, NaN where a gauge was missing. */
  readonly data: Float64Array;
  /** Per row: whether the source was active. */
  readonly active: Uint8Array;
}

/**
 * The window as rows, a fiftieth to a tenth of its ticks: read from the store once, then as often
 * as learning wants. Beyond its room it goes on in a file that has no name and ends with it. What
 * a stretch holds of a source stands together, so that a source is read in one piece a stretch.
 */
export class RowStore {
  readonly #room: number;
  readonly #pieces: Piece[] = [];
  readonly #slots = new Map<number, Map<string, Slot>>();
  #rows = 0;
  #held = 0;
  #file: number | undefined;
  #written = 0;

  /** @param room bytes of memory. */
  constructor(room = ROOM) {
    this.#room = room;
  }

  /**
   * Adds the rows of the next stretch.
   * @param sources index in the window of every source of the stretch.
   * @param ticksBefore ticks of the stretches before.
   */
  add(stretch: Stretch, sources: readonly number[], ticksBefore: number, fresh: boolean): void {
    const rows = stretch.times.ts.length;
    const parts = new Map<number, Part>();
    let from = 0;
    for (const [local, places] of placesBySource(stretch.slots, sources.length).entries()) {
      const at = sources[local] as number;
      const slots = places.map((place) => (stretch.slots[place] as { slot: Slot }).slot);
      const keys = slots.map(slotKey);
      for (const [i, key] of keys.entries()) child(this.#slots, at).set(key, slots[i] as Slot);
      parts.set(at, {
        from,
        keys,
        active: stretch.active.subarray(local * rows, (local + 1) * rows),
      });
      from += rows * keys.length;
    }
    const times = {
      ...stretch.times,
      ticks: stretch.times.ticks.map((tick) => tick + ticksBefore),
      fresh: stretch.times.fresh.slice(),
    };
    const first = stretch.times.fresh[0];
    if (fresh && first !== undefined && first !== INCOMPLETE) times.fresh[0] = FRESH;
    this.#pieces.push({ parts, data: this.#keep(stretch.data), times });
    this.#rows += rows;
  }

  /** When the rows of the window ended. */
  times(): RowTimes {
    const of = (name: 'ts' | 'seconds' | 'ticks'): Float64Array => {
      const out = new Float64Array(this.#rows);
      let at = 0;
      for (const { times } of this.#pieces) {
        out.set(times[name], at);
        at += times[name].length;
      }
      return out;
    };
    const fresh = Uint8Array.from(this.#pieces.flatMap(({ times }) => [...times.fresh]));
    return { ts: of('ts'), seconds: of('seconds'), ticks: of('ticks'), fresh };
  }

  /** The rows of a source, by its index in the window. */
  of(source: number): SourceRows {
    const slots = [...(this.#slots.get(source) ?? new Map<string, Slot>())].sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    const width = slots.length;
    const placeOf = new Map(slots.map(([key], place) => [key, place]));
    const missing = Float64Array.from(slots, ([, slot]) => (isGauge(slot) ? Number.NaN : 0));
    const data = new Float64Array(this.#rows * width);
    const active = new Uint8Array(this.#rows);
    let at = 0;
    for (const piece of this.#pieces) {
      const rows = piece.times.ts.length;
      const part = piece.parts.get(source);
      if (part) active.set(part.active, at);
      const places = Int32Array.from(part?.keys ?? [], (key) => placeOf.get(key) as number);
      const own = places.length;
      const read = part ? this.#part(piece.data, part.from, rows * own) : new Float64Array(0);
      for (let r = 0; r < rows; r++) {
        const to = (at + r) * width;
        if (own < width) data.set(missing, to);
        for (let j = 0; j < own; j++)
          data[to + (places[j] as number)] = read[r * own + j] as number;
      }
      at += rows;
    }
    return { slots: slots.map(([, slot]) => slot), data, active };
  }

  /** Gives its memory and its file back. */
  close(): void {
    this.#pieces.length = 0;
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #keep(data: Float64Array): Kept {
    if (this.#held + data.byteLength <= this.#room) {
      this.#held += data.byteLength;
      return data;
    }
    try {
      this.#file ??= openNameless();
      const kept = { at: this.#written };
      for (let done = 0; done < data.byteLength; ) {
        done += writeSync(this.#file, data, done, data.byteLength - done, this.#written + done);
      }
      this.#written += data.byteLength;
      return kept;
    } catch (cause) {
      throw learnErrors.make(
        'LEARN-1005',
        `${tmpdir()}: expected room for the rows of the window, found ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  #part(data: Kept, from: number, length: number): Float64Array {
    if (data instanceof Float64Array) return data.subarray(from, from + length);
    const part = new Float64Array(length);
    for (let done = 0; done < part.byteLength; ) {
      const at = data.at + from * BYTES + done;
      const read = readSync(this.#file as number, part, done, part.byteLength - done, at);
      if (read === 0) throw new RangeError('the file of rows ends early');
      done += read;
    }
    return part;
  }
}

/** Rows in memory, or where they begin in the file. */
type Kept = Float64Array | { readonly at: number };

/** The rows of one stretch. */
interface Piece {
  /** By source. */
  readonly parts: ReadonlyMap<number, Part>;
  readonly data: Kept;
  readonly times: RowTimes;
}

/** What a stretch holds of one source. */
interface Part {
  /** Place of its first number in the data of the stretch. */
  readonly from: number;
  /** Its slots in the order in which they stand in a row. */
  readonly keys: readonly string[];
  readonly active: Uint8Array;
}

/** Opens a file that is gone when the process is, however it ends. */
function openNameless(): number {
  const path = join(tmpdir(), `ethogram-rows-${process.pid}-${process.hrtime.bigint()}`);
  const file = openSync(path, 'wx+', 0o600);
  rmSync(path);
  return file;
}

function child<Value>(map: Map<number, Map<string, Value>>, source: number): Map<string, Value> {
  let of = map.get(source);
  if (!of) {
    of = new Map();
    map.set(source, of);
  }
  return of;
}
