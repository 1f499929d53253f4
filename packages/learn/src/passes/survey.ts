import {
  type Block,
  type BlockSource,
  compareSources,
  type Link,
  type SeriesId,
  type SourceId,
  sourceKey,
  type Window,
  windowHolds,
} from '@ethogram/core';
import { activityOf, linkItem, noveltyItem, seriesRole, totalOf } from '@ethogram/features';
import { median } from 'simple-statistics';
import { learnErrors } from '../errors.js';
import type { MergedLink } from '../graph/graph-input.js';
import { LinkMerger } from '../graph/merge-links.js';
import { eachTick } from './window-ticks.js';

/** What was seen of one metric. */
export interface MetricSurvey {
  readonly type: 'counter' | 'gauge';
  ticks: number;
  sum: number;
}

/** What was seen of one source before anything is computed. */
export interface SourceSurvey extends SourceId {
  attributes: Readonly<Record<string, string>>;
  ticks: number;
  activeTicks: number;
  episodes: number;
  longestSilence: number;
  series: number;
  starts: number;
  readonly metrics: Map<string, MetricSurvey>;
  readonly calls: Map<string, { count: number }>;
  readonly histograms: Map<string, { readonly scheme: string; readonly buckets: Set<number> }>;
  /** Item to the index of the tick that first showed it. */
  readonly firstSeen: Map<string, number>;
}

/** What was seen of the window as a whole. */
export interface Survey {
  readonly host: string;
  readonly backends: readonly string[];
  readonly blind: readonly string[];
  readonly sources: readonly SourceSurvey[];
  readonly links: readonly MergedLink[];
  /** Ends of the ticks, ms UTC. */
  readonly ts: Float64Array;
  /** Median measured length of a tick, ms. */
  readonly intervalMs: number;
  readonly seconds: number;
  readonly gaps: number;
  readonly lost: number;
  /** Everything counted, to set the loss against. */
  readonly counted: number;
}

/** First pass: who is there, what they have, and what they ever showed. */
export async function surveyWindow(
  blocks: AsyncIterable<Block>,
  window: Window,
  signal?: AbortSignal,
): Promise<Survey> {
  const surveyor = new Surveyor(window);
  await eachTick(blocks, window, signal, (block, t) => surveyor.visit(block, t));
  return surveyor.result();
}

interface Open extends SourceSurvey {
  lastTick: number;
  lastActive: number;
}

class Surveyor {
  readonly #sources = new Map<string, Open>();
  readonly #links = new LinkMerger();
  readonly #window: Window;
  readonly #backends = new Set<string>();
  readonly #blind = new Set<string>();
  readonly #ts: number[] = [];
  readonly #intervals: number[] = [];
  #host: string | undefined;
  #boot = '';
  #gaps = 0;
  #lost = 0;
  #counted = 0;
  #block: Block | undefined;
  #series: readonly Series[] = [];

  constructor(window: Window) {
    this.#window = window;
  }

  visit(block: Block, t: number): void {
    if (block !== this.#block) this.#enter(block);
    const index = this.#ts.length;
    const seconds = (block.intervalNs[t] as number) / 1e9;
    this.#ts.push(block.ts[t] as number);
    this.#intervals.push(seconds * 1000);
    this.#countGap(block.boot, index);
    for (const count of Object.values(block.lost.get(t) ?? {})) this.#lost += count;
    const end = block.rowStart[t + 1] as number;
    for (let at = block.rowStart[t] as number; at < end; at++) {
      const series = this.#series[block.seriesIndex[at] as number];
      if (series) this.#value(series, block.values[at] as number, index);
    }
    for (const link of block.links.get(t) ?? []) this.#link(link, index);
  }

  result(): Survey {
    const n = this.#ts.length;
    for (const source of this.#sources.values()) silence(source, n);
    return {
      host: this.#host ?? '',
      backends: [...this.#backends].sort(),
      blind: [...this.#blind].sort(),
      sources: [...this.#sources.values()].filter(({ ticks }) => ticks > 0).sort(compareSources),
      links: this.#links.links(),
      ts: Float64Array.from(this.#ts),
      intervalMs: n > 0 ? median(this.#intervals) : 0,
      seconds: this.#intervals.reduce((sum, ms) => sum + ms, 0) / 1000,
      gaps: this.#gaps,
      lost: this.#lost,
      counted: this.#counted,
    };
  }

  #enter(block: Block): void {
    if (this.#host !== undefined && this.#host !== block.host) {
      throw learnErrors.make(
        'LEARN-1003',
        `window: expected ticks of ${this.#host}, found some of ${block.host}`,
      );
    }
    this.#host = block.host;
    this.#block = block;
    this.#links.add(block, (ts) => windowHolds(this.#window, ts));
    this.#backends.add(block.backend);
    for (const family of block.blind) this.#blind.add(family);
    const sources = block.sources.map((source) => this.#source(source));
    this.#series = block.series.map((series) => openSeries(sources[series.source] as Open, series));
  }

  #source(source: BlockSource): Open {
    const key = sourceKey(source);
    let open = this.#sources.get(key);
    if (!open) {
      open = {
        kind: source.kind,
        name: source.name,
        attributes: {},
        ticks: 0,
        activeTicks: 0,
        episodes: 0,
        longestSilence: 0,
        series: 0,
        starts: 0,
        metrics: new Map(),
        calls: new Map(),
        histograms: new Map(),
        firstSeen: new Map(),
        lastTick: -1,
        lastActive: -1,
      };
      this.#sources.set(key, open);
    }
    if (source.attributes) open.attributes = source.attributes;
    return open;
  }

  #value(series: Series, value: number, index: number): void {
    if (!series.ready) resolve(series);
    const { source, metric } = series;
    if (!Number.isFinite(value)) {
      throw learnErrors.make(
        'LEARN-1004',
        `${sourceKey(source)}: expected finite numbers, found ${value} in tick ${index}`,
      );
    }
    if (source.lastTick !== index) {
      source.lastTick = index;
      source.ticks++;
    }
    if (metric) {
      metric.ticks++;
      metric.sum += value;
    }
    if (series.calls) series.calls.count += value;
    if (series.starts) source.starts += value;
    if (series.counted) this.#counted += value;
    if (!(value > 0) && series.activity !== 2) return;
    if (series.activity !== 0) active(source, index);
    if (series.item !== null && value > 0) {
      if (!source.firstSeen.has(series.item)) source.firstSeen.set(series.item, index);
      series.item = null;
    }
  }

  #link(link: Link, index: number): void {
    const source = this.#sources.get(sourceKey(link.from));
    const item = `link:${linkItem(link)}`;
    if (source && !source.firstSeen.has(item)) source.firstSeen.set(item, index);
  }

  #countGap(boot: string, index: number): void {
    const before = this.#ts[index - 1];
    const interval = this.#intervals[index] as number;
    const step = before === undefined ? 0 : (this.#ts[index] as number) - before;
    if (index > 0 && (boot !== this.#boot || step > 2.5 * interval || step <= 0)) this.#gaps++;
    this.#boot = boot;
  }
}

/** What a series of a block adds to; resolved at its first value, once per block. */
interface Series {
  readonly source: Open;
  readonly id: SeriesId;
  ready: boolean;
  metric: MetricSurvey | null;
  calls: { count: number } | null;
  activity: 0 | 1 | 2;
  starts: boolean;
  counted: boolean;
  /** What a value above zero shows for the first time; null once it was shown. */
  item: string | null;
}

function openSeries(source: Open, id: SeriesId): Series {
  return {
    source,
    id,
    ready: false,
    metric: null,
    calls: null,
    activity: 0,
    starts: false,
    counted: false,
    item: null,
  };
}

function resolve(series: Series): void {
  const { source, id } = series;
  const role = seriesRole(source.kind, id);
  series.ready = true;
  series.item = noveltyItem(source.kind, role);
  if (role.role === 'value') {
    series.metric = metricOf(source, role.metric, role.type);
    series.activity = activityOf(source.kind, role.type);
    series.starts = role.metric === 'process.starts';
    series.counted = role.type === 'counter' && role.metric.endsWith('ops');
  } else if (role.role === 'call') {
    const made = role.what === 'calls';
    series.metric = metricOf(source, totalOf(role.what), 'counter');
    series.calls = made ? callsOf(source, role.call) : null;
    series.activity = made ? 1 : 0;
    series.counted = made;
  } else if (role.role === 'bucket') {
    const known = source.histograms.get(role.histogram);
    if (known) known.buckets.add(role.bucket);
    else {
      const scheme = id.scheme ?? '';
      source.histograms.set(role.histogram, { scheme, buckets: new Set([role.bucket]) });
    }
  }
}

function metricOf(source: Open, metric: string, type: 'counter' | 'gauge'): MetricSurvey {
  let survey = source.metrics.get(metric);
  if (!survey) {
    survey = { type, ticks: 0, sum: 0 };
    source.metrics.set(metric, survey);
  }
  return survey;
}

function callsOf(source: Open, call: string): { count: number } {
  let calls = source.calls.get(call);
  if (!calls) {
    calls = { count: 0 };
    source.calls.set(call, calls);
  }
  return calls;
}

function active(source: Open, index: number): void {
  if (source.lastActive === index) return;
  silence(source, index);
  if (source.lastActive < 0 || index - source.lastActive > 1) source.episodes++;
  source.lastActive = index;
  source.activeTicks++;
}

function silence(source: Open, index: number): void {
  if (source.lastActive < 0) return;
  source.longestSilence = Math.max(source.longestSilence, index - source.lastActive - 1);
}
