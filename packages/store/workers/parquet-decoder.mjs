/**
 * Decodes Parquet into columns of texts, a range of rows at a time. Plain JavaScript, as the worker
 * that runs it is.
 */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/** A piece of a file that is not held at once. */
export class TooLarge extends Error {}

function checkSize(what, bytes, mostBytes) {
  if (bytes > mostBytes) {
    throw new TooLarge(`${what} of ${bytes} bytes where at most ${mostBytes} are held`);
  }
}

/** What Node can decompress itself it does faster. */
const CODECS = {
  ...compressors,
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
};

const bounded = (mostBytes) =>
  Object.fromEntries(
    Object.entries(CODECS).map(([codec, decompress]) => [
      codec,
      (input, length) => {
        checkSize('a page', length, mostBytes);
        return decompress(input, length);
      },
    ]),
  );

/**
 * Opens a file.
 * @param file an AsyncBuffer of hyparquet: { byteLength, slice(start, end) }
 * @param mostBytes of one column of a group of rows, compressed, and of one page, decompressed
 * @returns its columns' names, the rows of each group, and `hold` and `pick` (see the worker)
 * @throws TooLarge, or whatever the decoder makes of damaged bytes
 */
export async function openDecoder(file, mostBytes) {
  const metadata = await parquetMetadataAsync(file);
  const columns = parquetSchema(metadata).children.map(({ element }) => String(element.name));
  const groups = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
  const source = { file, metadata, compressors: bounded(mostBytes) };
  for (const [group, { columns: chunks }] of metadata.row_groups.entries()) {
    for (const { meta_data: about } of chunks) {
      const what = `group ${group} of rows has a column ${about?.path_in_schema?.[0]}`;
      checkSize(what, Number(about?.total_compressed_size ?? 0), mostBytes);
    }
  }
  let held = [];
  return {
    columns,
    groups,
    async hold({ from, to, keys }) {
      held = [];
      held = await decodeColumns(source, columns, from, to);
      return keys.map((name) => held[columns.indexOf(name)]);
    },
    pick: (rows) => held.map((column) => pick(column, rows)),
  };
}

/** Decodes the rows from `from` to `to` of the named columns, one column after the other. */
async function decodeColumns(source, names, from, to) {
  const columns = [];
  for (const name of names) {
    const pieces = [];
    await parquetRead({
      ...source,
      columns: [name],
      rowStart: from,
      rowEnd: to,
      onChunk: ({ columnData, rowStart }) => {
        // A page may begin before the rows that are wanted and end after them.
        const start = Math.max(0, from - rowStart);
        const end = Math.min(columnData.length, to - rowStart);
        if (start < end) pieces.push({ rowStart, start, end, values: columnData });
      },
    });
    columns.push(compact(pieces, name, from, to));
  }
  return columns;
}

/** A column as its different texts, and which of them each row has. */
function compact(pieces, name, from, to) {
  pieces.sort((a, b) => a.rowStart - b.rowStart);
  const index = new Uint32Array(to - from);
  const texts = [];
  const known = new Map();
  let row = 0;
  for (const { rowStart, start, end, values } of pieces) {
    if (rowStart + start !== from + row) break;
    for (let i = start; i < end; i++) {
      const value = values[i] ?? '';
      // Times come as objects, of which equal ones are not the same.
      const key = typeof value === 'object' ? cellText(value) : value;
      let at = known.get(key);
      if (at === undefined) {
        at = texts.length;
        known.set(key, at);
        texts.push(cellText(value));
      }
      index[row++] = at;
    }
  }
  if (row !== to - from) throw new Error(`column ${name} has fewer rows than the file announces`);
  return { texts, index };
}

/** Some rows of a column: equal texts are sent from thread to thread once. */
function pick({ texts, index }, rows) {
  const picked = { texts: [], index: new Uint32Array(rows.length) };
  const known = new Map();
  for (let i = 0; i < rows.length; i++) {
    const text = index[rows[i]];
    let at = known.get(text);
    if (at === undefined) {
      at = picked.texts.length;
      known.set(text, at);
      picked.texts.push(texts[text]);
    }
    picked.index[i] = at;
  }
  return picked;
}

function cellText(value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Date)
    return Number.isFinite(value.getTime()) ? value.toISOString() : 'no time';
  return typeof value === 'object' ? 'a nested value' : String(value);
}
