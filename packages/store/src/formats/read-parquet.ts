import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { DraftTick } from './draft-tick.js';
import { formatErrors } from './errors.js';
import type { ReadOptions } from './read-options.js';
import { readRowTicks } from './read-row-ticks.js';
import { readTable, type TableRow } from './read-table.js';
import { formatTimestamp } from './timestamp.js';

/** So many rows are held at once, and so many cells of a wide table. */
const MOST_ROWS = 250_000;
const MOST_CELLS = 2_000_000;

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
): AsyncGenerator<DraftTick, void, undefined> {
  const guard = guarded(options.file);
  const file = await guard(() => asyncBufferFromFile(path));
  const metadata = await guard(() => parquetMetadataAsync(file));
  const columns = await guard(() =>
    parquetSchema(metadata).children.map(({ element }) => element.name),
  );
  const has = (name: string): boolean => columns.includes(name);
  const isLong = (has('timestamp') || has('ts')) && has('metric') && has('value');
  const mostRows = isLong ? MOST_ROWS : Math.max(1000, MOST_CELLS / Math.max(1, columns.length));
  async function* slices(): AsyncGenerator<readonly TableRow[], void, undefined> {
    for (const [rowStart, rowEnd] of slicesOf(metadata, Math.trunc(mostRows))) {
      const objects = await guard(() =>
        parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors }),
      );
      yield objects.map((object, i) => tableRow(options.file, columns, object, rowStart + i + 1));
    }
  }
  if (isLong) yield* readRowTicks(columns, slices(), options);
  else yield* readTable(withHeader(options.file, columns, slices()), options);
}

/** Whatever the decoder says of a damaged file is one error with a code. */
function guarded(file: string): <T>(read: () => T | Promise<T>) => Promise<T> {
  return async (read) => {
    try {
      return await read();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw formatErrors.make('FORMAT-1004', `${file}: expected a Parquet file, found: ${why}`, {
        cause,
        details: { file },
      });
    }
  };
}

function* slicesOf(metadata: FileMetaData, most: number): Generator<readonly [number, number]> {
  let start = 0;
  for (const { num_rows } of metadata.row_groups) {
    const end = start + Number(num_rows);
    for (let from = start; from < end; from += most) yield [from, Math.min(end, from + most)];
    start = end;
  }
}

function tableRow(
  file: string,
  columns: readonly string[],
  object: Readonly<Record<string, unknown>>,
  line: number,
): TableRow {
  return {
    line,
    fields: columns.map((column) => cellText(object[column])),
    placeOf: (field) => ({ file, line, column: field + 1 }),
  };
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Date) {
    return Number.isFinite(value.getTime()) ? formatTimestamp(value.getTime()) : 'no time';
  }
  return typeof value === 'object' ? 'a nested value' : String(value);
}

async function* withHeader(
  file: string,
  columns: readonly string[],
  slices: AsyncIterable<readonly TableRow[]>,
): AsyncGenerator<TableRow, void, undefined> {
  yield { line: 1, fields: columns, placeOf: (field) => ({ file, line: 1, column: field + 1 }) };
  for await (const slice of slices) yield* slice;
}
