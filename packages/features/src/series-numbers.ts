import { type Block, type SeriesId, type SourceId, sourceKey } from '@ethogram/core';

/** Numbers given at most before a block; beyond it all are forgotten and given anew. */
const MOST = 65_536;
/** Series that may be left out of a tick before the one that comes next is looked up by its name. */
const HOPS = 6;
const NONE = -1;

/** Told of each number when it is given; a number that was forgotten is given again. */
export type OnNumber = (number: number, source: SourceId, series: SeriesId) => void;

/**
 * Numbers the series of blocks by source, metric and bucket, the same in each block: live blocks
 * hold one tick each, and whoever reads them keeps what a series means in columns by its number.
 * A series is found by the one before it, since ticks of one host name nearly the same ones in
 * the same order. Memory is bounded.
 */
export class SeriesNumbers {
  readonly #watchers: OnNumber[] = [];
  #block: Block | undefined;
  /** Per series of the block its number. */
  #numbers: Uint32Array = new Uint32Array(0);
  #sources = new Map<string, number>();
  /** Per source of the block its place in what follows, which is by source. */
  #entered: number[] = [];
  #names: SourceId[] = [];
  #first: number[] = [];
  #byName: Map<string, number>[] = [];
  /** By number: its source, metric and bucket, and the number that comes after it. */
  #owner: number[] = [];
  #metric: string[] = [];
  #bucket: (number | undefined)[] = [];
  #next: number[] = [];

  /** Has numbers told; to be called before the first block. */
  watch(onNumber: OnNumber): void {
    this.#watchers.push(onNumber);
  }

  /**
   * The numbers of the series of a block, by their places in it; they hold until another block is
   * entered.
   */
  enter(block: Block): Uint32Array {
    if (block === this.#block) return this.#numbers;
    if (this.#owner.length > MOST) this.#forget();
    this.#enterSources(block);
    const { series } = block;
    if (this.#numbers.length < series.length) {
      this.#numbers = new Uint32Array(series.length + (series.length >> 2));
    }
    let number = NONE;
    for (let i = 0; i < series.length; i++) {
      const one = series[i] as SeriesId;
      number = this.#numberOf(one, this.#entered[one.source] as number, number);
      this.#numbers[i] = number;
    }
    this.#block = block;
    return this.#numbers;
  }

  #enterSources({ sources }: Block): void {
    const entered = this.#entered;
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i] as SourceId;
      const before = this.#names[entered[i] ?? NONE];
      if (before?.name === source.name && before.kind === source.kind) continue;
      entered[i] = this.#sourceOf(source);
    }
  }

  #sourceOf({ kind, name }: SourceId): number {
    const key = sourceKey({ kind, name });
    let place = this.#sources.get(key);
    if (place === undefined) {
      place = this.#names.length;
      this.#sources.set(key, place);
      this.#names.push({ kind, name });
      this.#first.push(NONE);
      this.#byName.push(new Map());
    }
    return place;
  }

  /** @param before the number of the series before it in the block. */
  #numberOf(series: SeriesId, source: number, before: number): number {
    const { metric, bucket } = series;
    const follows = before !== NONE && this.#owner[before] === source;
    let guess = (follows ? this.#next[before] : this.#first[source]) as number;
    for (let hop = 0; hop < HOPS && guess !== NONE; hop++) {
      if (this.#metric[guess] === metric && this.#bucket[guess] === bucket) return guess;
      guess = this.#next[guess] as number;
    }
    const number = this.#lookUp(series, source);
    if (!follows) this.#first[source] = number;
    else if (number !== before) this.#next[before] = number;
    return number;
  }

  #lookUp(series: SeriesId, source: number): number {
    const { metric, bucket } = series;
    const name = bucket === undefined ? metric : `${metric}\u0000${bucket}`;
    const byName = this.#byName[source] as Map<string, number>;
    let number = byName.get(name);
    if (number === undefined) {
      number = this.#owner.length;
      byName.set(name, number);
      this.#owner.push(source);
      this.#metric.push(metric);
      this.#bucket.push(bucket);
      this.#next.push(NONE);
      for (const watcher of this.#watchers) {
        watcher(number, this.#names[source] as SourceId, series);
      }
    }
    return number;
  }

  #forget(): void {
    this.#sources = new Map();
    this.#entered = [];
    this.#names = [];
    this.#first = [];
    this.#byName = [];
    this.#owner = [];
    this.#metric = [];
    this.#bucket = [];
    this.#next = [];
  }
}
