import type { DraftTick } from './draft-tick.js';
import { openParquetFile, type ParquetFile } from './parquet-file.js';
import type { ReadOptions } from './read-options.js';
import { readRowTicks, type TableSlice } from './read-row-ticks.js';
import { readTable, type TableRow } from './read-table.js';

/** So many rows are held at once, and so many cells of a wide table. */
const MOST_ROWS = 250_000;
const MOST_CELLS = 2_000_000;
/** No answer of the decoder takes nearly as long, unless the file announces what it cannot hold. */
const PATIENCE_MS = 120_000;

/**
 * Reads Parquet: a long table (columns `timestamp`, `metric`, `value` and what else
 * docs/formats.md names), or else a wide one with the columns of CSV. Places name rows and
 * columns, from 1. A group of rows at a time; a large group in slices.
 * @param path of the uncompressed file, since Parquet is read from its end.
 * @throws FORMAT-1001 (through `refuse`), FORMAT-1004 where the file is damaged
 */
export async function* readParquet(
  path: string,
  options: ReadOptions,
  patienceMs = PATIENCE_MS,
): AsyncGenerator<DraftTick, void, undefined> {
  const file = await openParquetFile(path, options.file, patienceMs);
  try {
    const { columns } = file;
    const isLong =
      (columns.includes('timestamp') || columns.includes('ts')) &&
      columns.includes('metric') &&
      columns.includes('value');
    const fitting = Math.max(1000, Math.trunc(MOST_CELLS / Math.max(1, columns.length)));
    const slices = readSlices(file, options.file, isLong ? MOST_ROWS : fitting);
    if (isLong) yield* readRowTicks(columns, slices, options);
    else yield* readTable(withHeader(options.file, columns, slices), options);
  } finally {
    await file.close();
  }
}

async function* readSlices(
  parquet: ParquetFile,
  file: string,
  most: number,
): AsyncGenerator<TableSlice, void, undefined> {
  let start = 0;
  for (const rows of parquet.groups) {
    const end = start + rows;
    for (let from = start; from < end; from += most) {
      const to = Math.min(end, from + most);
      let line = from;
      const rows = function* (piece: Iterable<readonly string[]>): Generator<TableRow> {
        for (const fields of piece) yield tableRow(file, fields, ++line);
      };
      for await (const piece of parquet.rows(from, to)) yield { rows: rows(piece), isLast: false };
      yield { rows: [], isLast: true };
    }
    start = end;
  }
}

function tableRow(file: string, fields: readonly string[], line: number): TableRow {
  return { line, fields, placeOf: (field) => ({ file, line, column: field + 1 }) };
}

async function* withHeader(
  file: string,
  columns: readonly string[],
  slices: AsyncIterable<TableSlice>,
): AsyncGenerator<TableRow, void, undefined> {
  yield tableRow(file, columns, 1);
  for await (const { rows } of slices) yield* rows;
}
