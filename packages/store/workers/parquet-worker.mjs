/**
 * Decodes a Parquet file apart from the main thread: what a damaged file does to the decoder
 * (rejections that nobody awaits, page headers that announce billions of values) ends here.
 * Plain JavaScript, since it is started by its path from sources and from the build alike. What is
 * held is decoded columns, in which equal texts of a dictionary are one object, and never rows.
 *
 * `workerData`: { path }. Posts { columns, groups } first (names, and rows of each group); then
 * for each message { from, to, piece } a reply { cells }, those of `piece` ({ from, to }) alone:
 * per column its different texts, absent ones '', and which of them each row has. The columns
 * from `from` to `to` are decoded once and held until others are asked for. What cannot be read
 * is posted as { error }.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/** What Node can decompress itself it does faster. */
const decoders = {
  ...compressors,
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
};

const fail = (cause) => {
  parentPort.postMessage({ error: cause instanceof Error ? cause.message : String(cause) });
};
process.on('unhandledRejection', fail);

try {
  const file = await asyncBufferFromFile(workerData.path);
  const metadata = await parquetMetadataAsync(file);
  const names = parquetSchema(metadata).children.map(({ element }) => String(element.name));
  const groups = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
  let held = { from: 0, to: 0, columns: [] };
  parentPort.on('message', async ({ from, to, piece }) => {
    try {
      if (held.from !== from || held.to !== to) {
        held = { from: 0, to: 0, columns: [] };
        held = { from, to, columns: await decodeColumns({ file, metadata }, names, from, to) };
      }
      const cells = held.columns.map((cellAt) => textsOf(cellAt, piece.from, piece.to));
      parentPort.postMessage(
        { cells },
        cells.map(({ index }) => index.buffer),
      );
    } catch (cause) {
      fail(cause);
    }
  });
  parentPort.postMessage({ columns: names, groups });
} catch (cause) {
  fail(cause);
}

/**
 * Decodes the rows from `from` to `to` of the named columns, one column after the other.
 * @param source { file, metadata } of hyparquet
 * @returns per column a function from a row's number in the file to its value
 */
async function decodeColumns({ file, metadata }, names, from, to) {
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
function textsOf(cellAt, from, to) {
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
