import { compareSources, sourceKey } from '@ethogram/core';
import { median } from 'simple-statistics';
import { LinkMerger } from '../graph/merge-links.js';
import { borderBetween, severalHosts } from './border.js';
import type { RowStore } from './row-store.js';
import type { Slot } from './slot.js';
import type { Stretch, StretchSource } from './stretch.js';
import type { SourceSurvey, Survey } from './survey.js';

/** Joins the stretches of a window, which come in order, to one survey and one store of rows. */
export class WindowMerger {
  readonly #rows: RowStore;
  readonly #rowTicks: number;
  readonly #sources = new Map<string, Open>();
  readonly #order: Open[] = [];
  readonly #links = new LinkMerger();
  readonly #backends = new Set<string>();
  readonly #blind = new Set<string>();
  readonly #ts: Float64Array[] = [];
  readonly #intervals: Float64Array[] = [];
  #last: Stretch | undefined;
  #ticks = 0;
  #gaps = 0;
  #lost = 0;
  #counted = 0;

  constructor(rows: RowStore, rowTicks: number) {
    this.#rows = rows;
    this.#rowTicks = rowTicks;
  }

  /**
   * Takes the next stretch; one without ticks changes nothing.
   * @throws LEARN-1003 where it is of another host.
   */
  add(stretch: Stretch): void {
    if (stretch.ts.length === 0) return;
    const last = this.#last;
    if (last && last.host !== stretch.host) throw severalHosts(last.host, stretch);
    const fresh = last !== undefined && this.#join(last, stretch);
    const indices = stretch.sources.map((source) => this.#source(source));
    for (const { slot, source, total, values } of stretch.slots) {
      if (values > 0)
        addSlot((this.#order[indices[source] as number] as Open).survey, slot, total, values);
    }
    this.#rows.add(stretch, indices, this.#ticks, fresh);
    for (const link of stretch.links) this.#links.addMerged(link);
    for (const backend of stretch.backends) this.#backends.add(backend);
    for (const family of stretch.blind) this.#blind.add(family);
    this.#ts.push(stretch.ts);
    this.#intervals.push(stretch.intervals);
    this.#ticks += stretch.ts.length;
    this.#gaps += stretch.gaps;
    this.#lost += stretch.lost;
    this.#counted += stretch.counted;
    // Its rows are the store's now, and may be in a file.
    this.#last = { ...stretch, data: new Float64Array(0), active: new Uint8Array(0) };
  }

  /** What there is in the window, and the index of each source in the store of rows. */
  result(): { readonly survey: Survey; readonly indices: readonly number[] } {
    const intervals = joined(this.#intervals);
    const seen = this.#order
      .filter(({ survey }) => survey.ticks > 0)
      .sort((a, b) => compareSources(a.survey, b.survey));
    for (const { survey, lastActive } of seen) silence(survey, lastActive, this.#ticks);
    const survey = {
      host: this.#last?.host ?? '',
      backends: [...this.#backends].sort(),
      blind: [...this.#blind].sort(),
      sources: seen.map(({ survey }) => survey),
      links: this.#links.links(),
      ts: joined(this.#ts),
      intervalMs: intervals.length > 0 ? median([...intervals]) : 0,
      seconds: intervals.reduce((sum, ms) => sum + ms, 0) / 1000,
      gaps: this.#gaps,
      lost: this.#lost,
      counted: this.#counted,
    };
    return { survey, indices: seen.map(({ index }) => index) };
  }

  /** Whether nothing may span the border between two stretches; counts it if it is a gap. */
  #join(last: Stretch, next: Stretch): boolean {
    const step = (next.ts[0] as number) - (last.ts[last.ts.length - 1] as number);
    const lengths = [
      last.intervals[last.intervals.length - 1] as number,
      next.intervals[0] as number,
    ] as const;
    const sameBoot = last.boots.last === next.boots.first;
    const border = borderBetween(sameBoot, step, lengths, this.#rowTicks);
    if (border.gap) this.#gaps++;
    return last.forgotten || border.forgotten;
  }

  /** Adds what a stretch saw of a source; its index among all sources. */
  #source(seen: StretchSource): number {
    const key = sourceKey(seen);
    let open = this.#sources.get(key);
    if (!open) {
      open = { index: this.#order.length, survey: unseen(seen), lastActive: -1 };
      this.#sources.set(key, open);
      this.#order.push(open);
    }
    const { survey } = open;
    if (Object.keys(seen.attributes).length > 0) survey.attributes = seen.attributes;
    survey.ticks += seen.ticks;
    survey.activeTicks += seen.activeTicks;
    survey.starts += seen.starts;
    survey.longestSilence = Math.max(survey.longestSilence, seen.longestSilence);
    for (const [item, tick] of seen.firstSeen) {
      if (!survey.firstSeen.has(item)) survey.firstSeen.set(item, this.#ticks + tick);
    }
    if (seen.firstActive >= 0) {
      const first = this.#ticks + seen.firstActive;
      silence(survey, open.lastActive, first);
      const goesOn = open.lastActive >= 0 && first - open.lastActive === 1;
      survey.episodes += seen.episodes - (goesOn ? 1 : 0);
      open.lastActive = this.#ticks + seen.lastActive;
    }
    return open.index;
  }
}

interface Open {
  readonly index: number;
  readonly survey: SourceSurvey;
  /** Index of the last active tick of the window so far; -1 without. */
  lastActive: number;
}

function unseen({ kind, name }: StretchSource): SourceSurvey {
  return {
    kind,
    name,
    attributes: {},
    ticks: 0,
    activeTicks: 0,
    episodes: 0,
    longestSilence: 0,
    starts: 0,
    metrics: new Map(),
    calls: new Map(),
    histograms: new Map(),
    firstSeen: new Map(),
  };
}

function silence(survey: SourceSurvey, lastActive: number, tick: number): void {
  if (lastActive < 0) return;
  survey.longestSilence = Math.max(survey.longestSilence, tick - lastActive - 1);
}

function addSlot(survey: SourceSurvey, slot: Slot, total: number, values: number): void {
  if (slot.what === 'feature') {
    const known = survey.metrics.get(slot.metric);
    if (known) {
      known.ticks += values;
      known.sum += total;
    } else survey.metrics.set(slot.metric, { type: slot.type, ticks: values, sum: total });
  } else if (slot.what === 'call') {
    const known = survey.calls.get(slot.call);
    if (known) known.count += total;
    else survey.calls.set(slot.call, { count: total });
  } else {
    const known = survey.histograms.get(slot.metric);
    if (known) known.buckets.add(slot.bucket);
    else {
      const buckets = new Set([slot.bucket]);
      survey.histograms.set(slot.metric, { scheme: slot.scheme, buckets });
    }
  }
}

function joined(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
