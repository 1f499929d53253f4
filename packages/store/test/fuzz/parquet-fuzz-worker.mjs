// Decodes what it is sent, all of it, and says whether it could: { bytes } → { read } or { refused }.
import { parentPort, workerData } from 'node:worker_threads';
import { openDecoder } from '../../workers/parquet-decoder.mjs';

const refuse = (cause) => parentPort.postMessage({ refused: String(cause) });
// The decoder leaves rejections of columns that it no longer waits for.
process.on('unhandledRejection', () => undefined);

parentPort.on('message', async ({ bytes }) => {
  try {
    const { buffer } = Uint8Array.from(bytes);
    const file = {
      byteLength: buffer.byteLength,
      slice: async (from, to) => buffer.slice(from, to),
    };
    const decoder = await openDecoder(file, workerData.mostBytes);
    let from = 0;
    let read = 0;
    for (const rows of decoder.groups) {
      const to = from + Math.min(rows, workerData.mostRows);
      await decoder.hold({ from, to, keys: decoder.columns.slice(0, 1) });
      const picked = decoder.pick(new Uint32Array(to > from ? 1 : 0));
      read += picked.length > 0 ? to - from : 0;
      from += rows;
    }
    parentPort.postMessage({ read });
  } catch (cause) {
    refuse(cause);
  }
});
