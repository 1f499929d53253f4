import {
  type Block,
  type BlockSource,
  couldSee,
  type SeriesId,
  type SourceId,
  sourceKey,
} from '@ethogram/core';
import { knownItems, linkItem, noveltyItem, SeriesNumbers, seriesRole } from '@ethogram/features';
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

/** What a series can tell: nothing, something new of a known source, or of a source that is new. */
const NOTHING = 0;
const NEW_ITEM = 1;
const NEW_SOURCE = 2;

/** Watches ticks for sources, calls, errors and links that training never showed. */
export class NoveltyWatch {
  readonly #known: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #limits: ReadonlyMap<string, number>;
  readonly #watchLinks: boolean;
  readonly #span: number;
  readonly #self: ReadonlySet<string>;
  /** Whether a source would be known, had it been there in training. */
  readonly #expected: (source: SourceId) => boolean;
  readonly #remembrance: Remembrance;
  #recent: { key: string; tick: number }[] = [];
  readonly #numbers: SeriesNumbers;
  /** By number of the series: whether it tells something, and the item; empty where the source alone does. */
  readonly #tells: number[] = [];
  readonly #items: string[] = [];
  #tick = 0;

  /** @param numbers shared by all who read the same blocks. */
  constructor(model: Model, numbers: SeriesNumbers = new SeriesNumbers()) {
    this.#numbers = numbers;
    const seen = couldSee(model.group === null ? model.steps.select.blind : []);
    this.#expected = ({ kind, name }) => kind !== 'process' || seen(name);
    numbers.watch((number, source, series) => this.#look(number, source, series));
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
    this.#tick++;
    const numbers = this.#numbers.enter(block);
    const found = new Map<number, Map<string, number>>();
    const end = block.rowStart[t + 1] as number;
    for (let at = block.rowStart[t] as number; at < end; at++) {
      const series = block.seriesIndex[at] as number;
      const number = numbers[series] as number;
      const tells = this.#tells[number] as number;
      if (tells === NOTHING) continue;
      const { source } = block.series[series] as SeriesId;
      if (tells === NEW_SOURCE && isSelf(block.sources[source])) continue;
      const item = this.#items[number] as string;
      const value = block.values[at] as number;
      if (item === '' || value > 0) itemsOf(found, source).set(item, value);
    }
    this.#links(block, t, found);
    const news: Novelty[] = [];
    for (const [index, items] of found) {
      const source = block.sources[index];
      if (!source) continue;
      const novelty = this.#known.has(sourceKey(source))
        ? this.#newItems(source, items)
        : this.#newSource(source, items);
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

  /** What a series can tell, whenever it comes. */
  #look(number: number, source: SourceId, series: SeriesId): void {
    const { kind, name } = source;
    const key = sourceKey(source);
    const item = noveltyItem(kind, seriesRole(kind, series)) ?? '';
    const known = this.#known.get(key);
    if (known) {
      const isNew = item !== '' && !known.has(item) && !this.#self.has(key);
      this.#tells[number] = isNew ? NEW_ITEM : NOTHING;
      this.#items[number] = item;
      return;
    }
    const kernelThread = kind === 'process' && name.startsWith('[');
    const nameless = kernelThread || kind === 'endpoint' || NAMELESS.has(name);
    this.#tells[number] = nameless || !this.#expected(source) ? NOTHING : NEW_SOURCE;
    this.#items[number] = series.metric === WORK ? WORK : item;
  }

  #links(block: Block, t: number, found: Map<number, Map<string, number>>): void {
    if (!this.#watchLinks) return;
    for (const link of block.links.get(t) ?? []) {
      const key = sourceKey(link.from);
      const known = this.#known.get(key);
      const item = `link:${linkItem(link)}`;
      if (!known || known.has(item) || this.#self.has(key) || !this.#expected(link.to)) continue;
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

function isSelf(source: BlockSource | undefined): boolean {
  return source?.attributes?.['self'] === 'true';
}
