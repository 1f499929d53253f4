import { type Block, type SourceId, sourceKey } from '@ethogram/core';
import { knownItems, linkItem, noveltyItem, seriesRole } from '@ethogram/features';
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
}

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
  #tick = 0;
  #block: Block | undefined;
  #series: readonly (SeriesWatch | null)[] = [];
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
    for (let at = block.rowStart[t] as number; at < end; at++) {
      const watch = this.#series[block.seriesIndex[at] as number];
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
    this.#series = block.series.map((series) => {
      const source = block.sources[series.source];
      if (!source) return null;
      const key = sourceKey(source);
      if (this.#self.has(key)) return null;
      const role = seriesRole(source.kind, series);
      const item = noveltyItem(source.kind, role);
      if (this.#unknown[series.source]) return { source: series.source, item: item ?? '' };
      const known = this.#known.get(key);
      return known && item !== null && !known.has(item) ? { source: series.source, item } : null;
    });
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
    const shown = [...items].filter(([item]) => item !== '').sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      source: { kind: source.kind, name: source.name },
      newSource: true,
      items: shown.map(([item]) => item),
      values: shown.map(([, value]) => value),
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
