import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { learnErrors } from '../errors.js';
import { isGauge, type Slot, slotKey } from './slot.js';
import { FRESH, INCOMPLETE, type RowTimes, type Stretch } from './stretch.js';

/** Bytes of rows that are kept in memory; what is more goes to a file. */
const ROOM = 640 * 2 ** 20;
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
 * as learning wants. Beyond its room it goes on in a file that has no name and ends with it.
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
    const places = new Map<number, Map<string, number>>();
    for (const [place, { slot, source }] of stretch.slots.entries()) {
      const at = sources[source] as number;
      const key = slotKey(slot);
      child(this.#slots, at).set(key, slot);
      child(places, at).set(key, place);
    }
    const first = stretch.times.fresh[0];
    const times = {
      ...stretch.times,
      ticks: stretch.times.ticks.map((tick) => tick + ticksBefore),
      fresh: stretch.times.fresh.slice(),
    };
    if (fresh && first !== undefined && first !== INCOMPLETE) times.fresh[0] = FRESH;
    this.#pieces.push({
      places,
      locals: new Map(sources.map((at, local) => [at, local])),
      rows: stretch.rows.map((row) => this.#keep(row)),
      active: stretch.active,
      times,
    });
    this.#rows += stretch.rows.length;
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
    const missing = Float64Array.from(slots, ([, slot]) => (isGauge(slot) ? Number.NaN : 0));
    const data = new Float64Array(this.#rows * width);
    const active = new Uint8Array(this.#rows);
    let at = 0;
    for (const piece of this.#pieces) {
      const known = piece.places.get(source);
      const local = piece.locals.get(source) ?? -1;
      const places = slots.map(([key]) => known?.get(key) ?? -1);
      const first = Math.min(...places.filter((place) => place >= 0));
      const last = Math.max(...places);
      for (const [r, row] of piece.rows.entries()) {
        active[at + r] = piece.active[r]?.[local] ?? 0;
        data.set(missing, (at + r) * width);
        if (last < 0) continue;
        const read = this.#part(row, first, last + 1);
        for (let j = 0; j < width; j++) {
          const value = read[(places[j] as number) - first];
          if (value !== undefined) data[(at + r) * width + j] = value;
        }
      }
      at += piece.rows.length;
    }
    return { slots: slots.map(([, slot]) => slot), data, active };
  }

  /** Gives its memory and its file back. */
  close(): void {
    this.#pieces.length = 0;
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #keep(row: Float64Array): Kept {
    if (this.#held + row.byteLength <= this.#room) {
      this.#held += row.byteLength;
      return row;
    }
    try {
      this.#file ??= openNameless();
      const kept = { at: this.#written, length: row.length };
      writeSync(this.#file, row, 0, row.byteLength, this.#written);
      this.#written += row.byteLength;
      return kept;
    } catch (cause) {
      throw learnErrors.make(
        'LEARN-1005',
        `${tmpdir()}: expected room for the rows of the window, found ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  #part(row: Kept, from: number, to: number): Float64Array {
    if (row instanceof Float64Array) return row.subarray(from, to);
    const length = Math.max(0, Math.min(to, row.length) - from);
    const part = new Float64Array(length);
    readSync(this.#file as number, part, 0, part.byteLength, row.at + from * BYTES);
    return part;
  }
}

/** A row in memory, or where it stands in the file. */
type Kept = Float64Array | { readonly at: number; readonly length: number };

interface Piece {
  /** Source to slot key to place in the row. */
  readonly places: ReadonlyMap<number, ReadonlyMap<string, number>>;
  /** Source to its index in the stretch. */
  readonly locals: ReadonlyMap<number, number>;
  readonly rows: readonly Kept[];
  readonly active: readonly Uint8Array[];
  readonly times: RowTimes;
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
