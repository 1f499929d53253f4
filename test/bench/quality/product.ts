import type { Block } from '@ethogram/core';
import { type LearnSettings, train } from '@ethogram/learn';
import type { Model } from '@ethogram/model';
import { countIncidents, createScorer, type TickScore } from '@ethogram/score';
import type { Entity, Table } from './data-sets.js';

const START_MS = Date.UTC(2024, 0, 1);
const BLOCK_ROWS = 2048;

/** What the product said of the rows of a test part. */
export interface ProductResult {
  readonly model: Model;
  /** One per row, larger = worse; 0 while warming up. */
  readonly scores: Float64Array;
  /** p per row; NaN where none may be quoted. */
  readonly p: Float64Array;
  /** 1 where an alarm was open. */
  readonly open: Uint8Array;
  readonly ticks: readonly TickScore[];
  readonly modelBytes: number;
  readonly trainMs: number;
  readonly scoreMs: number;
}

/** Learns an entity and scores its test part by the product's own way, as imported data would be. */
export async function runProduct(
  entity: Entity,
  seed: number,
  settings: Partial<LearnSettings> = {},
): Promise<ProductResult> {
  const { train: known, test, intervalMs, name } = entity;
  const started = performance.now();
  const model = await learnRows(
    entity,
    known,
    { from: 0, to: known.rows, exclude: [] },
    seed,
    settings,
  );
  const learned = performance.now();
  const scorer = createScorer(model);
  const ticks = blocksOf(name, test, intervalMs, known.rows).flatMap((block) => scorer.push(block));
  return {
    scores: Float64Array.from(ticks, (tick) => tick.sources[0]?.score ?? 0),
    p: Float64Array.from(ticks, (tick) => tick.sources[0]?.p ?? Number.NaN),
    open: Uint8Array.from(ticks, (tick) => (tick.anomalous ? 1 : 0)),
    ticks,
    model,
    modelBytes: Buffer.byteLength(JSON.stringify(model.sources[0])),
    trainMs: learned - started,
    scoreMs: performance.now() - learned,
  };
}

/** Rows of a table, and ranges of rows among them that are left out. */
export interface Rows {
  readonly from: number;
  readonly to: number;
  readonly exclude: readonly { readonly from: number; readonly to: number }[];
}

/** Learns rows of a table that begins with the entity. */
export function learnRows(
  { name, intervalMs }: Pick<Entity, 'name' | 'intervalMs'>,
  table: Table,
  rows: Rows,
  seed: number,
  settings: Partial<LearnSettings> = {},
): Promise<Model> {
  // A row is a tick that ends one step later, and a window holds ticks by their ends.
  const begin = (row: number): number => START_MS + (row === 0 ? 0 : (row + 0.5) * intervalMs);
  const end = (row: number): number => START_MS + (row + 1) * intervalMs;
  const window = {
    from: begin(rows.from),
    to: end(rows.to),
    exclude: rows.exclude.map(({ from, to }) => ({ from: begin(from), to: begin(to) })),
  };
  return train(
    async function* (range) {
      const { from, to } = range ?? window;
      const rowAt = (ts: number): number => Math.ceil((ts - START_MS) / intervalMs) - 1;
      yield* blocksOf(name, table, intervalMs, 0, rowAt(from), Math.min(rows.to, rowAt(to)));
    },
    { name, seed, settings, window },
    { evaluate: countIncidents },
  );
}

/** Scores rows of a table that begins with the entity, by a scorer that has seen nothing before. */
export function scoreRows(
  { name, intervalMs }: Pick<Entity, 'name' | 'intervalMs'>,
  model: Model,
  table: Table,
  { from, to }: Pick<Rows, 'from' | 'to'>,
): readonly TickScore[] {
  const scorer = createScorer(model);
  return blocksOf(name, table, intervalMs, 0, from, to).flatMap((block) => scorer.push(block));
}

/**
 * Rows of a table as blocks of one source of kind `custom`, the way an import makes them.
 * @param firstRow how many rows of the entity come before the table
 * @param begin the first row of the table that is asked for
 * @param end the row after the last
 */
function blocksOf(
  name: string,
  table: Table,
  intervalMs: number,
  firstRow: number,
  begin = 0,
  end = table.rows,
): Block[] {
  const width = table.columns.length;
  const blocks: Block[] = [];
  const last = Math.min(end, table.rows);
  for (let from = Math.max(begin, 0); from < last; from += BLOCK_ROWS) {
    const rows = Math.min(BLOCK_ROWS, last - from);
    const at = (i: number): number => firstRow + from + i;
    blocks.push({
      host: 'imported',
      boot: 'imported',
      backend: 'import',
      blind: [],
      sources: [{ kind: 'custom', name }],
      series: table.columns.map((metric) => ({ source: 0, metric })),
      seq: Float64Array.from({ length: rows }, (_, i) => at(i)),
      ts: Float64Array.from({ length: rows }, (_, i) => START_MS + (at(i) + 1) * intervalMs),
      intervalNs: new Float64Array(rows).fill(intervalMs * 1e6),
      rowStart: Uint32Array.from({ length: rows + 1 }, (_, i) => i * width),
      seriesIndex: Uint32Array.from({ length: rows * width }, (_, i) => i % width),
      values: table.data.slice(from * width, (from + rows) * width),
      links: new Map(),
      linkSnapshots: new Set(),
      markers: new Map(),
      lost: new Map(),
    });
  }
  return blocks;
}
