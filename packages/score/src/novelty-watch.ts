import {
  type Block,
  type SeriesId,
  type SourceId,
  type SourceKind,
  sourceKey,
} from '@ethogram/core';
import { knownItems, linkItem, noveltyItem, SeriesMemo, seriesRole } from '@ethogram/features';
import type { Model } from '@ethogram/model';
import { Remembrance, type RemembranceState } from './remembrance.js';

/** Something that training never showed. */
export interface Novelty {
  readonly source: SourceId;
  /** Whether the source itself is new. */
  readonly newSource: boolean;
  /** What it showed: `call:…`, `error:…`, `link:…`; empty for a new source that did nothing yet. */
  readonly items: readonly string[];
  /** Values of the items in this tick, where they have one. */
  readonly values: readonly number[];
  /** Of a new source: processor time in this tick, nanoseconds; 0 where nobody measured it. */
  readonly workNs: number;
}

/** What a new source works, by which newcomers of one moment are told apart. */
const WORK = 'cpu.ns';

/** Unknown sources whose names mean nothing by themselves. */
const NAMELESS: ReadonlySet<string> = new Set(['other', 'container:<unknown>']);

interface SeriesWatch {
  readonly source: number;
  readonly item: string;
}

/** Watches ticks for sources, calls, errors and links that training never showed. */
export class NoveltyWatch {
  readonly #known: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #limits: ReadonlyMap<string, number>;
  readonly #watchLinks: boolean;
  readonly #span: number;
  readonly #self: ReadonlySet<string>;
  readonly #remembrance: Remembrance;
  #recent: { key: string; tick: number }[] = [];
  readonly #byKind = new Map<SourceKind, SeriesMemo<string>>();
  readonly #byKey = new Map<string, SeriesMemo<string>>();
  #tick = 0;
  #block: Block | undefined;
  /** The series that tell something new, by their place in the block. */
  readonly #series = new Map<number, SeriesWatch>();
  #unknown: readonly boolean[] = [];

  constructor(model: Model) {
    this.#known = new Map(model.sources.map((s) => [sourceKey(s), knownItems(s.known)]));
    this.#limits = new Map(
      model.sources.map((s) => [sourceKey(s), s.noveltyLimit ?? Number.POSITIVE_INFINITY]),
    );
    this.#watchLinks = model.sources.some((s) => s.known.links.length > 0);
    this.#self = new Set(model.sources.filter((s) => s.self).map(sourceKey));
    this.#span = model.timing.shareTicks;
    this.#remembrance = new Remembrance(Math.ceil(60_000 / model.timing.intervalMs));
  }

  /** What is new in this tick and worth reporting now, by source in code-unit order. */
  visit(block: Block, t: number): readonly Novelty[] {
    if (block !== this.#block) this.#enter(block);
    this.#tick++;
    const found = new Map<number, Map<string, number>>();
    const end = block.rowStart[t + 1] as number;
    const begin = this.#series.size > 0 ? (block.rowStart[t] as number) : end;
    for (let at = begin; at < end; at++) {
      const watch = this.#series.get(block.seriesIndex[at] as number);
      const value = block.values[at] as number;
      if (!watch || (watch.item !== '' && !(value > 0))) continue;
      itemsOf(found, watch.source).set(watch.item, value);
    }
    this.#links(block, t, found);
    const news: Novelty[] = [];
    for (const [index, items] of found) {
      const source = block.sources[index];
      if (!source) continue;
      const novelty = this.#unknown[index]
        ? this.#newSource(source, items)
        : this.#newItems(source, items);
      if (novelty) news.push(novelty);
    }
    return news.sort((a, b) => (sourceKey(a.source) < sourceKey(b.source) ? -1 : 1));
  }

  /** Its state, for a checkpoint. */
  state(): NoveltyState {
    return { tick: this.#tick, recent: this.#recent, remembrance: this.#remembrance.state() };
  }

  resume(state: NoveltyState): void {
    this.#tick = state.tick;
    this.#recent = [...state.recent];
    this.#remembrance.resume(state.remembrance);
  }

  #enter(block: Block): void {
    this.#block = block;
    this.#unknown = block.sources.map((source) => {
      const isSelf = source.attributes?.['self'] === 'true';
      const kernelThread = source.kind === 'process' && source.name.startsWith('[');
      return (
        !this.#known.has(sourceKey(source)) &&
        !isSelf &&
        !kernelThread &&
        source.kind !== 'endpoint' &&
        !NAMELESS.has(source.name)
      );
    });
    const memos = block.sources.map((source, i) => {
      if (this.#unknown[i]) return this.#itemsOfKind(source.kind);
      const key = sourceKey(source);
      return this.#self.has(key) ? undefined : this.#newItemsOf(key, source.kind);
    });
    this.#series.clear();
    for (let i = 0; i < block.series.length; i++) {
      const series = block.series[i] as SeriesId;
      const { source } = series;
      const item = memos[source]?.of(series);
      const tells = item !== undefined && (item !== '' || this.#unknown[source] === true);
      if (tells) this.#series.set(i, { source, item });
    }
  }

  /** What the series of an unknown source show; empty where it is nothing that can be new. */
  #itemsOfKind(kind: SourceKind): SeriesMemo<string> {
    let memo = this.#byKind.get(kind);
    if (!memo) {
      memo = new SeriesMemo((series) =>
        series.metric === WORK ? WORK : (noveltyItem(kind, seriesRole(kind, series)) ?? ''),
      );
      this.#byKind.set(kind, memo);
    }
    return memo;
  }

  /** What the series of a known source show that training did not; empty where that is nothing. */
  #newItemsOf(key: string, kind: SourceKind): SeriesMemo<string> | undefined {
    const known = this.#known.get(key);
    let memo = this.#byKey.get(key);
    if (!memo && known) {
      memo = new SeriesMemo((series) => {
        const item = noveltyItem(kind, seriesRole(kind, series));
        return item !== null && !known.has(item) ? item : '';
      });
      this.#byKey.set(key, memo);
    }
    return memo;
  }

  #links(block: Block, t: number, found: Map<number, Map<string, number>>): void {
    if (!this.#watchLinks) return;
    for (const link of block.links.get(t) ?? []) {
      const key = sourceKey(link.from);
      const known = this.#known.get(key);
      const item = `link:${linkItem(link)}`;
      if (!known || known.has(item) || this.#self.has(key)) continue;
      const index = block.sources.findIndex((source) => sourceKey(source) === key);
      if (index >= 0) itemsOf(found, index).set(item, link.events);
    }
  }

  #newSource(source: SourceId, items: ReadonlyMap<string, number>): Novelty | null {
    if (!this.#remembrance.isNews(sourceKey(source), this.#tick)) return null;
    const shown = [...items]
      .filter(([item]) => item !== '' && item !== WORK)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      source: { kind: source.kind, name: source.name },
      newSource: true,
      items: shown.map(([item]) => item),
      values: shown.map(([, value]) => value),
      workNs: items.get(WORK) ?? 0,
    };
  }

  /** News of a known source, where it shows more of it at once than held-out training did. */
  #newItems(source: SourceId, items: ReadonlyMap<string, number>): Novelty | null {
    const key = sourceKey(source);
    const news = [...items]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .filter(([item]) => this.#remembrance.isNews(`${key} ${item}`, this.#tick));
    if (news.length === 0) return null;
    for (const _ of news) this.#recent.push({ key, tick: this.#tick });
    this.#recent = this.#recent.filter(({ tick }) => this.#tick - tick < this.#span);
    const count = this.#recent.filter((recent) => recent.key === key).length;
    if (count <= (this.#limits.get(key) ?? Number.POSITIVE_INFINITY)) return null;
    return {
      source: { kind: source.kind, name: source.name },
      newSource: false,
      items: news.map(([item]) => item),
      values: news.map(([, value]) => value),
      workNs: 0,
    };
  }
}

/** See {@link NoveltyWatch.state}. */
export interface NoveltyState {
  readonly tick: number;
  readonly recent: readonly { key: string; tick: number }[];
  readonly remembrance: RemembranceState;
}

function itemsOf(found: Map<number, Map<string, number>>, index: number): Map<string, number> {
  let items = found.get(index);
  if (!items) {
    items = new Map();
    found.set(index, items);
  }
  return items;
}
