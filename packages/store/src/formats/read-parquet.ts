import type { DraftTick } from './draft-tick.js';
import { orderByTick } from './order-by-tick.js';
import { openParquetFile, type ParquetFile } from './parquet-file.js';
import type { ReadOptions } from './read-options.js';
import { readRowTicks } from './read-row-ticks.js';
import { readTable, type TableRow } from './read-table.js';

/** So many rows are held at once, four bytes a cell and the different texts of each column. */
const MOST_ROWS = 250_000;
/** Of a wide table, in which nearly every cell is a text of its own, so many cells. */
const MOST_CELLS = 500_000;
/** No answer of the decoder takes nearly as long, unless the file announces what it cannot hold. */
const PATIENCE_MS = 120_000;

/**
 * Reads Parquet: a long table (columns `timestamp`, `metric`, `value` and what else
 * docs/formats.md names), or else a wide one with the columns of CSV. Places name rows and
 * columns, from 1. A group of rows at a time; a large group in slices.
 * @param path of the uncompressed file, since Parquet is read from its end.
 * @throws FORMAT-1001 (through `refuse`), FORMAT-1004 where the file is damaged, FORMAT-1009
 */
export async function* readParquet(
  path: string,
  options: ReadOptions,
  patienceMs = PATIENCE_MS,
): AsyncGenerator<DraftTick, void, undefined> {
  const file = await openParquetFile(path, options.file, patienceMs);
  try {
    const { columns } = file;
    const time = ['timestamp', 'ts'].find((name) => columns.includes(name));
    if (time !== undefined && columns.includes('metric') && columns.includes('value')) {
      yield* readRowTicks(columns, ticksInOrder(file, options.file, time), options);
    } else {
      const most = Math.max(1000, Math.trunc(MOST_CELLS / Math.max(1, columns.length)));
      yield* readTable(asTheyStand(file, options.file, most), options);
    }
  } finally {
    await file.close();
  }
}

/** The rows of a long table, those of a group tick by tick. */
async function* ticksInOrder(
  parquet: ParquetFile,
  file: string,
  time: string,
): AsyncGenerator<Iterable<TableRow>, void, undefined> {
  const keys = [time, 'seq', 'boot', 'host'];
  const there = keys.filter((name) => parquet.columns.includes(name));
  for (const [from, to] of slices(parquet.groups, MOST_ROWS)) {
    const held = await parquet.hold(from, to, there);
    const columns = keys.map((name) => held[there.indexOf(name)]);
    const order = orderByTick(columns, to - from);
    yield* tableRows(parquet, file, order);
  }
}

async function* asTheyStand(
  parquet: ParquetFile,
  file: string,
  most: number,
): AsyncGenerator<TableRow, void, undefined> {
  yield tableRow(file, parquet.columns, 1);
  for (const [from, to] of slices(parquet.groups, most)) {
    await parquet.hold(from, to, []);
    const order = Uint32Array.from({ length: to - from }, (_, row) => row);
    for await (const rows of tableRows(parquet, file, order)) yield* rows;
  }
}

async function* tableRows(
  parquet: ParquetFile,
  file: string,
  order: Uint32Array,
): AsyncGenerator<Iterable<TableRow>, void, undefined> {
  for await (const rows of parquet.rows(order)) {
    yield (function* () {
      for (const { row, fields } of rows) yield tableRow(file, fields, row + 1);
    })();
  }
}

/** Groups of rows, large ones in parts. */
function* slices(groups: readonly number[], most: number): Generator<[from: number, to: number]> {
  let start = 0;
  for (const rows of groups) {
    const end = start + rows;
    for (let from = start; from < end; from += most) yield [from, Math.min(end, from + most)];
    start = end;
  }
}

function tableRow(file: string, fields: readonly string[], line: number): TableRow {
  return { line, fields, placeOf: (field) => ({ file, line, column: field + 1 }) };
}
