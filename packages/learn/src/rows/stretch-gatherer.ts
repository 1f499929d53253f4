import { type Block, type BlockSource, type Link, type SeriesId, sourceKey } from '@ethogram/core';
import { activityOf, linkItem, noveltyItem, seriesRole } from '@ethogram/features';
import { learnErrors } from '../errors.js';
import { LinkMerger } from '../graph/merge-links.js';
import { isGauge, slotKey, slotsOf } from './slot.js';
import {
  FRESH,
  INCOMPLETE,
  placesBySource,
  type Stretch,
  type StretchSlot,
  type StretchSource,
} from './stretch.js';

/** Rows without ticks after which the past is forgotten, as in scoring. */
const GAP_ROWS = 10;
/** Room that the arrays of a fresh gatherer have. */
const FIRST_ROOM = 64;

/** Reads a stretch of the window tick by tick: its survey, and its ticks summed into rows. */
export class StretchGatherer {
  readonly #rowTicks: number;
  readonly #sources = new Map<string, Open>();
  readonly #slots: StretchSlot[] = [];
  readonly #links = new LinkMerger();
  readonly #backends = new Set<string>();
  readonly #blind = new Set<string>();
  readonly #ts: number[] = [];
  readonly #intervals: number[] = [];
  readonly #rows: Float64Array[] = [];
  readonly #active: Uint8Array[] = [];
  readonly #rowTs: number[] = [];
  readonly #rowSeconds: number[] = [];
  readonly #rowEnds: number[] = [];
  readonly #rowFresh: number[] = [];
  #order: Open[] = [];
  #host = '';
  #firstBoot = '';
  #boot = '';
  #gaps = 0;
  #lost = 0;
  #counted = 0;
  #block: Block | undefined;
  #columns: Columns = emptyColumns(0);
  // The row that is being summed, one place per slot.
  #sums = new Float64Array(FIRST_ROOM);
  #present = new Float64Array(FIRST_ROOM);
  // What closed rows have added up to, and how many values that were.
  #totals = new Float64Array(FIRST_ROOM);
  #counts = new Float64Array(FIRST_ROOM);
  readonly #gauges: number[] = [];
  #seconds = 0;
  #covered = 0;
  #fresh = false;

  /** @param rowTicks ticks that make a row, counted from the first tick of the stretch. */
  constructor(rowTicks: number) {
    this.#rowTicks = rowTicks;
  }

  /** Takes one tick; all of them must come in order. */
  visit(block: Block, t: number): void {
    if (block !== this.#block) this.#enter(block);
    const index = this.#ts.length;
    const seconds = (block.intervalNs[t] as number) / 1e9;
    this.#goOn(block, t, index, seconds * 1000);
    for (const count of Object.values(block.lost.get(t) ?? {})) this.#lost += count;
    this.#values(block, t, index);
    for (const link of block.links.get(t) ?? []) this.#link(link, block.ts[t] as number, index);
    this.#seconds += seconds;
    this.#covered++;
    if ((index + 1) % this.#rowTicks === 0) this.#closeRow(index);
  }

  /** Ends the stretch. Ticks that make no whole row are in its survey, not in its rows. */
  result(): Stretch {
    const forgotten = this.#fresh;
    this.#addTotals();
    for (const [place, slot] of this.#slots.entries()) {
      slot.total = this.#totals[place] as number;
      slot.values = this.#counts[place] as number;
    }
    return {
      host: this.#host,
      backends: [...this.#backends],
      blind: [...this.#blind],
      boots: { first: this.#firstBoot, last: this.#boot },
      ts: Float64Array.from(this.#ts),
      intervals: Float64Array.from(this.#intervals),
      gaps: this.#gaps,
      lost: this.#lost,
      counted: this.#counted,
      links: this.#links.links(),
      sources: this.#order.map(({ survey }) => survey),
      slots: this.#slots,
      ...this.#bySource(),
      times: {
        ts: Float64Array.from(this.#rowTs),
        seconds: Float64Array.from(this.#rowSeconds),
        ticks: Float64Array.from(this.#rowEnds),
        fresh: Uint8Array.from(this.#rowFresh),
      },
      forgotten,
    };
  }

  #enter(block: Block): void {
    if (this.#block !== undefined && this.#host !== block.host)
      throw severalHosts(this.#host, block);
    if (this.#block === undefined) {
      this.#firstBoot = block.boot;
      this.#boot = block.boot;
    }
    this.#host = block.host;
    this.#block = block;
    this.#backends.add(block.backend);
    for (const family of block.blind) this.#blind.add(family);
    const sources = block.sources.map((source) => this.#source(source));
    const columns = emptyColumns(block.series.length);
    for (const [s, series] of block.series.entries()) {
      const open = sources[series.source] as Open;
      const known = this.#column(open, series);
      columns.source[s] = open.index;
      columns.first[s] = known.first;
      columns.second[s] = known.second;
      columns.activity[s] = known.activity;
      columns.counted[s] = known.counted;
      columns.rare[s] = known.item === null ? 0 : 1;
      columns.items[s] = known.item;
    }
    this.#columns = columns;
    if (this.#slots.length > this.#sums.length) {
      this.#sums = grown(this.#sums, 2 * this.#slots.length);
      this.#present = grown(this.#present, 2 * this.#slots.length);
      this.#totals = grown(this.#totals, 2 * this.#slots.length);
      this.#counts = grown(this.#counts, 2 * this.#slots.length);
    }
  }

  /** What a series of a source adds to; worked out once, since blocks come by the thousand. */
  #column(open: Open, series: SeriesId): Column {
    const { metric, bucket } = series;
    const key = bucket === undefined ? metric : `${metric}\u0000${series.scheme}\u0000${bucket}`;
    let column = open.columns.get(key);
    if (column) return column;
    const { kind } = open.survey;
    const role = seriesRole(kind, series);
    const places = slotsOf(kind, series).map((slot) => {
      const slotted = slotKey(slot);
      const known = open.slots.get(slotted);
      if (known !== undefined) return known;
      const place = this.#slots.push({ slot, source: open.index, total: 0, values: 0 }) - 1;
      open.slots.set(slotted, place);
      if (isGauge(slot)) this.#gauges.push(place);
      return place;
    });
    const value = role.role === 'value';
    const made = role.role === 'call' && role.what === 'calls';
    column = {
      first: places[0] ?? -1,
      second: places[1] ?? -1,
      activity: value ? activityOf(kind, role.type) : made ? 1 : 0,
      counted: made || (value && role.type === 'counter' && role.metric.endsWith('ops')) ? 1 : 0,
      item: value && role.metric === 'process.starts' ? true : noveltyItem(kind, role),
    };
    open.columns.set(key, column);
    return column;
  }

  #source(source: BlockSource): Open {
    const key = sourceKey(source);
    let open = this.#sources.get(key);
    if (!open) {
      open = {
        index: this.#order.length,
        survey: unseen(source),
        slots: new Map(),
        columns: new Map(),
        lastTick: -1,
      };
      this.#sources.set(key, open);
      this.#order.push(open);
    }
    if (source.attributes) open.survey.attributes = source.attributes;
    return open;
  }

  /** Counts gaps, and forgets the past after a long one as scoring does. */
  #goOn(block: Block, t: number, index: number, intervalMs: number): void {
    const ts = block.ts[t] as number;
    const step = ts - (this.#ts[index - 1] ?? Number.NEGATIVE_INFINITY);
    if (index > 0) {
      const other = block.boot !== this.#boot || step <= 0;
      if (other || step > 2.5 * intervalMs) this.#gaps++;
      const usual = Math.min(intervalMs, this.#intervals[index - 1] as number);
      if (isForgotten(other, step, usual, this.#rowTicks)) this.#forget();
    }
    this.#boot = block.boot;
    this.#ts.push(ts);
    this.#intervals.push(intervalMs);
  }

  #values(block: Block, t: number, index: number): void {
    const { source, first, second, activity, counted, rare, items } = this.#columns;
    const sums = this.#sums;
    const present = this.#present;
    const end = block.rowStart[t + 1] as number;
    for (let at = block.rowStart[t] as number; at < end; at++) {
      const series = block.seriesIndex[at] as number;
      const value = block.values[at] as number;
      const open = this.#order[source[series] as number] as Open;
      if (!Number.isFinite(value)) throw notFinite(open.survey, value, index);
      if (open.lastTick !== index) {
        open.lastTick = index;
        open.survey.ticks++;
      }
      const place = first[series] as number;
      if (place >= 0) {
        sums[place] = (sums[place] as number) + value;
        present[place] = (present[place] as number) + 1;
        const other = second[series] as number;
        if (other >= 0) {
          sums[other] = (sums[other] as number) + value;
          present[other] = (present[other] as number) + 1;
        }
      }
      if (counted[series] === 1) this.#counted += value;
      if (!(value > 0) && activity[series] !== 2) continue;
      if (activity[series] !== 0 && open.survey.lastActive !== index) active(open.survey, index);
      if (rare[series] === 0 || !(value > 0)) continue;
      const item = items[series];
      if (typeof item === 'string' && !open.survey.firstSeen.has(item)) {
        open.survey.firstSeen.set(item, index);
      }
      if (item === true) open.survey.starts += value;
      else rare[series] = 0;
    }
  }

  #link(link: Link, ts: number, index: number): void {
    const { from, to, kind, opened, events, bytes } = link;
    this.#links.addMerged({ from, to, kind, opened, events, bytes, firstSeen: ts, lastSeen: ts });
    const open = this.#sources.get(sourceKey(link.from));
    const item = `link:${linkItem(link)}`;
    if (open && !open.survey.firstSeen.has(item)) open.survey.firstSeen.set(item, index);
  }

  #closeRow(index: number): void {
    const row = this.#sums.slice(0, this.#slots.length);
    for (const place of this.#gauges) {
      row[place] = (row[place] as number) / (this.#present[place] as number);
    }
    const from = index - this.#covered;
    this.#rows.push(row);
    this.#active.push(
      Uint8Array.from(this.#order, ({ survey }) => (survey.lastActive > from ? 1 : 0)),
    );
    this.#rowTs.push(this.#ts[index] as number);
    this.#rowSeconds.push(this.#seconds);
    this.#rowEnds.push(index + 1);
    const whole = this.#covered === this.#rowTicks;
    this.#rowFresh.push(whole ? (this.#fresh ? FRESH : 0) : INCOMPLETE);
    this.#addTotals();
    this.#fresh = false;
  }

  #forget(): void {
    this.#addTotals();
    this.#fresh = true;
  }

  /** The rows, source after source; a slot that came later was missing before. */
  #bySource(): Pick<Stretch, 'data' | 'active'> {
    const rows = this.#rows.length;
    const data = new Float64Array(rows * this.#slots.length);
    const active = new Uint8Array(rows * this.#order.length);
    const placesOf = placesBySource(this.#slots, this.#order.length);
    let at = 0;
    for (const [source, places] of placesOf.entries()) {
      for (const [r, row] of this.#rows.entries()) {
        for (const place of places) {
          data[at++] =
            place < row.length
              ? (row[place] as number)
              : isGauge((this.#slots[place] as StretchSlot).slot)
                ? Number.NaN
                : 0;
        }
        active[source * rows + r] = this.#active[r]?.[source] ?? 0;
      }
    }
    return { data, active };
  }

  /** Empties the row that is being summed into what is known of its slots. */
  #addTotals(): void {
    for (let place = 0; place < this.#slots.length; place++) {
      this.#totals[place] = (this.#totals[place] as number) + (this.#sums[place] as number);
      this.#counts[place] = (this.#counts[place] as number) + (this.#present[place] as number);
    }
    this.#sums.fill(0);
    this.#present.fill(0);
    this.#seconds = 0;
    this.#covered = 0;
  }
}

interface Open {
  readonly index: number;
  readonly survey: StretchSource;
  /** Slot keys to places. */
  readonly slots: Map<string, number>;
  /** Series of the source to what they add to. */
  readonly columns: Map<string, Column>;
  lastTick: number;
}

/** What one series adds to: its places, -1 without. */
interface Column {
  readonly first: number;
  readonly second: number;
  readonly activity: 0 | 1 | 2;
  readonly counted: 0 | 1;
  /** The item that it shows; true where it counts starts. */
  readonly item: string | true | null;
}

/** {@link Column}s of a block: one place per series. */
interface Columns {
  readonly source: Int32Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly activity: Uint8Array;
  readonly counted: Uint8Array;
  /** 1 while a value above zero has more to say than its number. */
  readonly rare: Uint8Array;
  readonly items: (string | true | null)[];
}

function emptyColumns(series: number): Columns {
  return {
    source: new Int32Array(series),
    first: new Int32Array(series),
    second: new Int32Array(series),
    activity: new Uint8Array(series),
    counted: new Uint8Array(series),
    rare: new Uint8Array(series),
    items: new Array<string | true | null>(series),
  };
}

/** Whether a tick follows so late, or so strangely, that nothing may span the gap. */
export function isForgotten(
  otherRun: boolean,
  stepMs: number,
  intervalMs: number,
  rowTicks: number,
): boolean {
  return otherRun || stepMs > (GAP_ROWS * rowTicks + 1) * intervalMs;
}

/** The error of a window of several hosts. */
export function severalHosts(expected: string, found: { readonly host: string }): Error {
  return learnErrors.make(
    'LEARN-1003',
    `window: expected ticks of ${expected}, found some of ${found.host}`,
  );
}

function notFinite(source: StretchSource, value: number, index: number): Error {
  return learnErrors.make(
    'LEARN-1004',
    `${sourceKey(source)}: expected finite numbers, found ${value} in tick ${index}`,
  );
}

function unseen({ kind, name }: BlockSource): StretchSource {
  return {
    kind,
    name,
    attributes: {},
    ticks: 0,
    activeTicks: 0,
    episodes: 0,
    firstActive: -1,
    lastActive: -1,
    longestSilence: 0,
    starts: 0,
    firstSeen: new Map(),
  };
}

function active(source: StretchSource, index: number): void {
  const { lastActive } = source;
  if (lastActive < 0) source.firstActive = index;
  else source.longestSilence = Math.max(source.longestSilence, index - lastActive - 1);
  if (lastActive < 0 || index - lastActive > 1) source.episodes++;
  source.lastActive = index;
  source.activeTicks++;
}

function grown(array: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(array);
  return larger;
}
