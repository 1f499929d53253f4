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
 * Puts blocks one after the other into one, column by column.
 * @param blocks at least one; all joinable, ascending in time, no tick twice.
 * Complexity: linear in the values, but for sorting each tick's by series.
 */
export function joinBlocks(blocks: readonly Block[]): Block {
  const [first] = blocks;
  if (!first) throw new RangeError('joinBlocks: expected at least one block, found none');
  if (blocks.length === 1) return first;
  const dictionary = new Dictionary();
  const ticks = blocks.reduce((sum, block) => sum + block.seq.length, 0);
  const total = blocks.reduce((sum, block) => sum + block.values.length, 0);
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
  for (const block of blocks) {
    const to = dictionary.add(block);
    joined.seq.set(block.seq, tick);
    joined.ts.set(block.ts, tick);
    joined.intervalNs.set(block.intervalNs, tick);
    for (let t = 0; t < block.seq.length; t++) {
      const start = block.rowStart[t] as number;
      const end = block.rowStart[t + 1] as number;
      copyRow(block, start, end, to, joined, value);
      value += end - start;
      joined.rowStart[tick + t + 1] = value;
    }
    for (const [t, links] of block.links) joined.links.set(tick + t, links);
    for (const t of block.linkSnapshots) joined.linkSnapshots.add(tick + t);
    for (const [t, markers] of block.markers) joined.markers.set(tick + t, markers);
    for (const [t, lost] of block.lost) joined.lost.set(tick + t, lost);
    tick += block.seq.length;
  }
  const { host, boot, backend, blind } = first;
  const { sources, series } = dictionary;
  return { host, boot, backend, blind, sources, series, ...joined };
}

/** Copies the values of one tick, ascending by their new series. */
function copyRow(
  from: Block,
  start: number,
  end: number,
  to: Uint32Array,
  into: { readonly seriesIndex: Uint32Array; readonly values: Float64Array },
  at: number,
): void {
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
    return Uint32Array.from(block.series, (id) => this.#series(id, sourceAt[id.source] as number));
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
