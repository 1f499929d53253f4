/**
 * Decodes rows of a Parquet file column by column, so that what is held is decoded columns, in
 * which equal texts of a dictionary are one object, and never rows.
 */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/** What Node can decompress itself it does faster. */
const decoders = {
  ...compressors,
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
};

/**
 * Decodes the rows from `from` to `to` of the named columns, one column after the other.
 * @param source { file, metadata } of hyparquet
 * @returns per column a function from a row's number in the file to its value
 */
export async function decodeColumns({ file, metadata }, names, from, to) {
  const columns = [];
  for (const name of names) {
    const pieces = [];
    await parquetRead({
      file,
      metadata,
      columns: [name],
      rowStart: from,
      rowEnd: to,
      compressors: decoders,
      onChunk: ({ columnData, rowStart }) => {
        // A page may begin before the rows that are wanted and end after them.
        const start = Math.max(0, from - rowStart);
        const end = Math.min(columnData.length, to - rowStart);
        if (start < end) {
          pieces.push({ start: rowStart + start, values: columnData.slice(start, end) });
        }
      },
    });
    columns.push(lookup(pieces, name, from, to));
  }
  return columns;
}

function lookup(pieces, name, from, to) {
  pieces.sort((a, b) => a.start - b.start);
  let next = from;
  for (const { start, values } of pieces) {
    if (start !== next) break;
    next += values.length;
  }
  if (next !== to) throw new Error(`column ${name} has fewer rows than the file announces`);
  let at = 0;
  return (row) => {
    while (row < pieces[at].start) at--;
    while (row >= pieces[at].start + pieces[at].values.length) at++;
    return pieces[at].values[row - pieces[at].start];
  };
}

/**
 * A piece of a column as its different texts and which of them each row has: equal texts are sent
 * from thread to thread once, and are one object there.
 */
export function textsOf(cellAt, from, to) {
  const index = new Uint32Array(to - from);
  const texts = [];
  const known = new Map();
  for (let row = from; row < to; row++) {
    const value = cellAt(row);
    let at = known.get(value);
    if (at === undefined) {
      at = texts.length;
      known.set(value, at);
      texts.push(cellText(value));
    }
    index[row - from] = at;
  }
  return { texts, index };
}

function cellText(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Date)
    return Number.isFinite(value.getTime()) ? value.toISOString() : 'no time';
  return typeof value === 'object' ? 'a nested value' : String(value);
}
