import { type Block, type BlockSource, type SeriesId, sourceKey } from '@ethogram/core';

/** Whether two blocks may become one: what {@link sameBlock} of core says of ticks. */
export function joinable(a: Block, b: Block): boolean {
  return (
    a.host === b.host &&
    a.boot === b.boot &&
    a.backend === b.backend &&
    a.blind.length === b.blind.length &&
    a.blind.every((family, i) => family === b.blind[i])
  );
}

/**
 * Most values of a block that is made of several: 1.5 MB of columns, so that whoever encodes or
 * decodes it holds little. What more blocks cost in a chunk: docs/data-model.md.
 */
export const MOST_JOINED_VALUES = 125_000;

/** A block whose values are numbered by the dictionary of another. */
type Piece = Omit<Block, 'host' | 'boot' | 'backend' | 'blind' | 'sources' | 'series'>;

/**
 * Puts blocks one after the other into one while they arrive, ascending in time and no tick twice:
 * what it has taken holds only the columns, so that blocks of one tick each leave no dictionaries
 * behind. Linear in the values, but for sorting each tick's by series.
 */
export class BlockJoiner {
  readonly #mostValues: number;
  #first: Block | undefined;
  #pieces: Piece[] = [];
  #dictionary = new Dictionary();
  #values = 0;

  /** @param mostValues a block is handed back before it would have more (one alone may) */
  constructor(mostValues = MOST_JOINED_VALUES) {
    this.#mostValues = mostValues;
  }

  /** Takes a block; gives back the one before, once it is complete. */
  add(block: Block): Block | undefined {
    const goesOn =
      this.#first &&
      joinable(this.#first, block) &&
      this.#values + block.values.length <= this.#mostValues;
    const done = goesOn ? undefined : this.end();
    this.#first ??= block;
    this.#values += block.values.length;
    this.#pieces.push(renumbered(block, this.#dictionary.add(block)));
    return done;
  }

  /** The last block; `undefined` where nothing was taken since the one before. */
  end(): Block | undefined {
    const first = this.#first;
    if (!first) return undefined;
    const { sources, series } = this.#dictionary;
    const { host, boot, backend, blind } = first;
    const joined =
      this.#pieces.length === 1
        ? first
        : { host, boot, backend, blind, sources, series, ...concatenated(this.#pieces) };
    this.#first = undefined;
    this.#pieces = [];
    this.#dictionary = new Dictionary();
    this.#values = 0;
    return joined;
  }
}

function concatenated(pieces: readonly Piece[]): Piece {
  const ticks = pieces.reduce((sum, piece) => sum + piece.seq.length, 0);
  const total = pieces.reduce((sum, piece) => sum + piece.values.length, 0);
  const joined = {
    seq: new Float64Array(ticks),
    ts: new Float64Array(ticks),
    intervalNs: new Float64Array(ticks),
    rowStart: new Uint32Array(ticks + 1),
    seriesIndex: new Uint32Array(total),
    values: new Float64Array(total),
    links: new Map<number, NonNullable<ReturnType<Block['links']['get']>>>(),
    linkSnapshots: new Set<number>(),
    markers: new Map<number, NonNullable<ReturnType<Block['markers']['get']>>>(),
    lost: new Map<number, NonNullable<ReturnType<Block['lost']['get']>>>(),
  };
  let tick = 0;
  let value = 0;
  for (const piece of pieces) {
    joined.seq.set(piece.seq, tick);
    joined.ts.set(piece.ts, tick);
    joined.intervalNs.set(piece.intervalNs, tick);
    joined.seriesIndex.set(piece.seriesIndex, value);
    joined.values.set(piece.values, value);
    for (let t = 1; t < piece.rowStart.length; t++) {
      joined.rowStart[tick + t] = value + (piece.rowStart[t] as number);
    }
    for (const [t, links] of piece.links) joined.links.set(tick + t, links);
    for (const t of piece.linkSnapshots) joined.linkSnapshots.add(tick + t);
    for (const [t, markers] of piece.markers) joined.markers.set(tick + t, markers);
    for (const [t, lost] of piece.lost) joined.lost.set(tick + t, lost);
    tick += piece.seq.length;
    value += piece.values.length;
  }
  return joined;
}

/** The columns of a block under new numbers of its series, each tick ascending by them. */
function renumbered(block: Block, to: Uint32Array): Piece {
  const { seq, ts, intervalNs, rowStart, links, linkSnapshots, markers, lost } = block;
  const rest = { seq, ts, intervalNs, rowStart, links, linkSnapshots, markers, lost };
  if (to.every((series, i) => series === i)) {
    return { ...rest, seriesIndex: block.seriesIndex, values: block.values };
  }
  const into = {
    seriesIndex: new Uint32Array(block.values.length),
    values: new Float64Array(block.values.length),
  };
  for (let t = 0; t < seq.length; t++) {
    copyRow(block, rowStart[t] as number, rowStart[t + 1] as number, to, into);
  }
  return { ...rest, ...into };
}

/** Copies the values of one tick, ascending by their new series. */
function copyRow(
  from: Block,
  start: number,
  end: number,
  to: Uint32Array,
  into: { readonly seriesIndex: Uint32Array; readonly values: Float64Array },
): void {
  const at = start;
  const length = end - start;
  let ascending = true;
  for (let i = 0; i < length; i++) {
    const series = to[from.seriesIndex[start + i] as number] as number;
    into.seriesIndex[at + i] = series;
    into.values[at + i] = from.values[start + i] as number;
    ascending &&= i === 0 || (into.seriesIndex[at + i - 1] as number) < series;
  }
  if (ascending) return;
  // Series and place in one double each: numbers sort without a comparison function.
  const order = Float64Array.from(
    { length },
    (_, i) => (into.seriesIndex[at + i] as number) * length + i,
  ).sort();
  const values = into.values.slice(at, at + length);
  for (let i = 0; i < length; i++) {
    const key = order[i] as number;
    into.seriesIndex[at + i] = Math.floor(key / length);
    into.values[at + i] = values[key % length] as number;
  }
}

/** Sources and series of all blocks, in the order in which they first appear. */
class Dictionary {
  readonly sources: BlockSource[] = [];
  readonly series: SeriesId[] = [];
  readonly #sourceAt = new Map<string, number>();
  readonly #seriesAt: Map<string, number>[] = [];

  /** Adds a block's; where each of its series is now. */
  add(block: Block): Uint32Array {
    const sourceAt = block.sources.map((source) => this.#source(source));
    const to = new Uint32Array(block.series.length);
    for (let s = 0; s < to.length; s++) {
      const id = block.series[s] as SeriesId;
      to[s] = this.#series(id, sourceAt[id.source] as number);
    }
    return to;
  }

  #source(source: BlockSource): number {
    const key = sourceKey(source);
    let at = this.#sourceAt.get(key);
    if (at === undefined) {
      at = this.sources.length;
      this.#sourceAt.set(key, at);
      this.#seriesAt.push(new Map());
      this.sources.push(source);
    } else if (source.attributes) this.sources[at] = source;
    return at;
  }

  #series(id: SeriesId, source: number): number {
    const known = this.#seriesAt[source] as Map<string, number>;
    const key =
      id.scheme === undefined ? id.metric : `${id.metric}\u0000${id.scheme}\u0000${id.bucket}`;
    let at = known.get(key);
    if (at === undefined) {
      at = this.series.length;
      known.set(key, at);
      this.series.push({ ...id, source });
    }
    return at;
  }
}
