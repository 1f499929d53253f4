/**
 * Decodes a Parquet file apart from the main thread: what a damaged file does to the decoder
 * (rejections that nobody awaits, page headers that announce billions of values) ends here.
 * Plain JavaScript, since it is started by its path from sources and from the build alike.
 *
 * `workerData`: { path, mostBytes }. Posts { columns, groups } first (names, and rows of each
 * group). { hold: { from, to, keys } } decodes those rows of all columns and keeps them, each
 * column as its different texts and four bytes a row that say which; the reply { cells } has the
 * columns named by `keys`. { rows } (numbers from `from` on, in any order) is replied to with the
 * { cells } of those rows, of all columns. What cannot be read is posted as { error }, what is
 * larger than `mostBytes` in one piece as { tooLarge }.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { asyncBufferFromFile } from 'hyparquet';
import { openDecoder, TooLarge } from './parquet-decoder.mjs';

const fail = (cause) => {
  const why = cause instanceof Error ? cause.message : String(cause);
  parentPort.postMessage(cause instanceof TooLarge ? { tooLarge: why } : { error: why });
};
process.on('unhandledRejection', fail);

try {
  const { path, mostBytes } = workerData;
  const decoder = await openDecoder(await asyncBufferFromFile(path), mostBytes);
  parentPort.on('message', async ({ hold, rows }) => {
    try {
      const cells = hold ? await decoder.hold(hold) : decoder.pick(rows);
      // What is held is copied with the message; rows that were picked are handed over.
      const handed = hold ? [] : cells.map(({ index }) => index.buffer);
      parentPort.postMessage({ cells }, handed);
    } catch (cause) {
      fail(cause);
    }
  });
  parentPort.postMessage({ columns: decoder.columns, groups: decoder.groups });
} catch (cause) {
  fail(cause);
}
