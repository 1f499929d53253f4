/**
 * Decodes a Parquet file apart from the main thread: what a damaged file does to the decoder
 * (rejections that nobody awaits, page headers that announce billions of values) ends here.
 * Plain JavaScript, since it is started by its path from sources and from the build alike.
 *
 * `workerData`: { path }. Posts { columns, groups } first (names, and rows of each group); then
 * for each message { from, to, piece } a reply { rows }, those of `piece` ({ from, to }) alone:
 * cells as text, absent ones ''. The rows from `from` to `to` are decoded once and held until
 * others are asked for. What cannot be read is posted as { error }.
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

const cellText = (value) => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Date)
    return Number.isFinite(value.getTime()) ? value.toISOString() : 'no time';
  return typeof value === 'object' ? 'a nested value' : String(value);
};

try {
  const file = await asyncBufferFromFile(workerData.path);
  const metadata = await parquetMetadataAsync(file);
  const columns = parquetSchema(metadata).children.map(({ element }) => String(element.name));
  const groups = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
  let held = { from: 0, to: 0, rows: [] };
  const decode = async (from, to) => {
    held = { from, to, rows: [] };
    await parquetRead({
      file,
      metadata,
      rowStart: from,
      rowEnd: to,
      compressors: decoders,
      rowFormat: 'array',
      onComplete: (rows) => {
        held.rows = rows;
      },
    });
  };
  parentPort.on('message', async ({ from, to, piece }) => {
    try {
      if (held.from !== from || held.to !== to) await decode(from, to);
      const rows = held.rows.slice(piece.from - from, piece.to - from);
      for (const row of rows) for (let i = 0; i < columns.length; i++) row[i] = cellText(row[i]);
      parentPort.postMessage({ rows });
    } catch (cause) {
      fail(cause);
    }
  });
  parentPort.postMessage({ columns, groups });
} catch (cause) {
  fail(cause);
}
