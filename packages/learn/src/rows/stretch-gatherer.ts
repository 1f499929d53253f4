import { type Block, type BlockSource, type Link, type SeriesId, sourceKey } from '@ethogram/core';
import { linkItem } from '@ethogram/features';
import { learnErrors } from '../errors.js';
import { LinkMerger } from '../graph/merge-links.js';
import { borderBetween, severalHosts } from './border.js';
import { RowSums } from './row-sums.js';
import { type Column, columnOf, SeriesColumns, seriesKey } from './series-columns.js';
import { slotKey, slotsOf } from './slot.js';
import { noteActive, unseenSource } from './source-activity.js';
import { FRESH, INCOMPLETE, type Stretch, type StretchSource } from './stretch.js';

/** Reads a stretch of the window tick by tick: its survey, and its ticks summed into rows. */
export class StretchGatherer {
  readonly #rowTicks: number;
  readonly #sources = new Map<string, Open>();
  readonly #sums = new RowSums();
  readonly #links = new LinkMerger();
  readonly #backends = new Set<string>();
  readonly #blind = new Set<string>();
  readonly #ts: number[] = [];
  readonly #intervals: number[] = [];
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
  #columns = new SeriesColumns(0);
  // Of the row that is being summed.
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
      slots: this.#sums.slots(),
      data: this.#sums.bySource(this.#order.length),
      active: this.#activeBySource(),
      times: {
        ts: Float64Array.from(this.#rowTs),
        seconds: Float64Array.from(this.#rowSeconds),
        ticks: Float64Array.from(this.#rowEnds),
        fresh: Uint8Array.from(this.#rowFresh),
      },
      forgotten: this.#fresh,
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
    const columns = new SeriesColumns(block.series.length);
    for (const [s, series] of block.series.entries()) {
      const open = sources[series.source] as Open;
      columns.set(s, open.index, this.#column(open, series));
    }
    this.#columns = columns;
    this.#sums.makeRoom();
  }

  /** What a series of a source adds to; worked out once, since blocks come by the thousand. */
  #column(open: Open, series: SeriesId): Column {
    const key = seriesKey(series);
    let column = open.columns.get(key);
    if (column) return column;
    const { kind } = open.survey;
    const places = slotsOf(kind, series).map((slot) => {
      const slotted = slotKey(slot);
      const place = open.slots.get(slotted) ?? this.#sums.slot(slot, open.index);
      open.slots.set(slotted, place);
      return place;
    });
    column = columnOf(kind, series, places);
    open.columns.set(key, column);
    return column;
  }

  #source(source: BlockSource): Open {
    const key = sourceKey(source);
    let open = this.#sources.get(key);
    if (!open) {
      open = {
        index: this.#order.length,
        survey: unseenSource(source),
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
    if (index > 0) {
      const step = ts - (this.#ts[index - 1] as number);
      const lengths = [this.#intervals[index - 1] as number, intervalMs] as const;
      const border = borderBetween(block.boot === this.#boot, step, lengths, this.#rowTicks);
      if (border.gap) this.#gaps++;
      if (border.forgotten) this.#forget();
    }
    this.#boot = block.boot;
    this.#ts.push(ts);
    this.#intervals.push(intervalMs);
  }

  #values(block: Block, t: number, index: number): void {
    const { source, first, second, activity, counted, rare, items } = this.#columns;
    const sums = this.#sums;
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
        sums.add(place, value);
        const other = second[series] as number;
        if (other >= 0) sums.add(other, value);
      }
      if (counted[series] === 1) this.#counted += value;
      if (!(value > 0) && activity[series] !== 2) continue;
      if (activity[series] !== 0 && open.survey.lastActive !== index)
        noteActive(open.survey, index);
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
    const from = index - this.#covered;
    this.#active.push(
      Uint8Array.from(this.#order, ({ survey }) => (survey.lastActive > from ? 1 : 0)),
    );
    this.#rowTs.push(this.#ts[index] as number);
    this.#rowSeconds.push(this.#seconds);
    this.#rowEnds.push(index + 1);
    const whole = this.#covered === this.#rowTicks;
    this.#rowFresh.push(whole ? (this.#fresh ? FRESH : 0) : INCOMPLETE);
    this.#sums.closeRow();
    this.#begin(false);
  }

  #forget(): void {
    this.#sums.empty();
    this.#begin(true);
  }

  #begin(fresh: boolean): void {
    this.#seconds = 0;
    this.#covered = 0;
    this.#fresh = fresh;
  }

  /** Per source after source and row: whether it was active; later ones were not before. */
  #activeBySource(): Uint8Array<ArrayBuffer> {
    const rows = this.#active.length;
    const active = new Uint8Array(rows * this.#order.length);
    for (const [r, row] of this.#active.entries()) {
      for (const [source, on] of row.entries()) active[source * rows + r] = on;
    }
    return active;
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

function notFinite(source: StretchSource, value: number, index: number): Error {
  return learnErrors.make(
    'LEARN-1004',
    `${sourceKey(source)}: expected finite numbers, found ${value} in tick ${index}`,
  );
}
