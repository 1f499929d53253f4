/**
 * Decodes a Parquet file apart from the main thread: what a damaged file does to the decoder
 * (rejections that nobody awaits, page headers that announce billions of values) ends here.
 * Plain JavaScript, since it is started by its path from sources and from the build alike.
 *
 * `workerData`: { path }. Posts { columns, groups } first (names, and rows of each group); then
 * for each message { from, to, piece } a reply { cells }, those of `piece` ({ from, to }) alone:
 * per column its different texts, absent ones '', and which of them each row has. The columns
 * from `from` to `to` are decoded once and held until others are asked for. What cannot be read
 * is posted as { error }.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { asyncBufferFromFile, parquetMetadataAsync, parquetSchema } from 'hyparquet';
import { decodeColumns, textsOf } from './parquet-columns.mjs';

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
