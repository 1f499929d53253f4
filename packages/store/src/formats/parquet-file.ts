import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { formatErrors } from './errors.js';

/**
 * Heap of the decoder, MB: a damaged file cannot make it take more. The young generation is kept
 * small, since nearly all that is decoded dies at once.
 */
const HEAP = Object.freeze({ maxOldGenerationSizeMb: 2048, maxYoungGenerationSizeMb: 6 });

/** So many rows are handed from thread to thread at once. */
const ROWS_PER_MESSAGE = 4_096;

const reply = z.union([
  z.object({ error: z.string() }),
  z.object({ columns: z.array(z.string()), groups: z.array(z.int().min(0)) }),
  z.object({
    cells: z.array(z.object({ texts: z.array(z.string()), index: z.instanceof(Uint32Array) })),
  }),
]);

/** An open Parquet file, decoded in a thread of its own. */
export interface ParquetFile {
  readonly columns: readonly string[];
  /** Rows of each group. */
  readonly groups: readonly number[];
  /**
   * Rows `from` … `to - 1` as cells of text, absent ones '', a few thousand at a time: the decoder
   * holds them all, as columns; here each row is made when its turn comes.
   * @throws FORMAT-1004
   */
  rows(from: number, to: number): AsyncIterable<Iterable<readonly string[]>>;
  /** Ends the thread; may be called again. */
  close(): Promise<void>;
}

/**
 * Opens a Parquet file.
 * @param name as the user named it, for messages.
 * @param patienceMs how long one answer of the decoder may take before the file counts as damaged.
 * @throws FORMAT-1004 where it is no Parquet file
 */
export async function openParquetFile(
  path: string,
  name: string,
  patienceMs: number,
): Promise<ParquetFile> {
  const worker = new Worker(new URL('../../workers/parquet-worker.mjs', import.meta.url), {
    workerData: { path },
    resourceLimits: HEAP,
    execArgv: [],
  });
  const damaged = (why: string, cause?: unknown): Error =>
    formatErrors.make('FORMAT-1004', `${name}: expected a Parquet file, found: ${why}`, {
      cause,
      details: { file: name },
    });
  const close = async (): Promise<void> => {
    await worker.terminate();
  };
  const answer = async (): Promise<z.infer<typeof reply>> => {
    try {
      const [message] = await once(worker, 'message', { signal: AbortSignal.timeout(patienceMs) });
      const result = reply.parse(message);
      if ('error' in result) throw new Error(result.error);
      return result;
    } catch (cause) {
      await close();
      throw damaged(cause instanceof Error ? cause.message : String(cause), cause);
    }
  };
  const head = await answer();
  if (!('columns' in head)) throw damaged('no columns');
  return {
    columns: head.columns,
    groups: head.groups,
    async *rows(from, to) {
      for (let at = from; at < to; at += ROWS_PER_MESSAGE) {
        const piece = { from: at, to: Math.min(to, at + ROWS_PER_MESSAGE) };
        const waiting = answer();
        worker.postMessage({ from, to, piece });
        const result = await waiting;
        if (!('cells' in result)) throw damaged('no rows');
        yield rowsOf(result.cells, piece.to - piece.from);
      }
    },
    close,
  };
}

/** Rows made of columns one by one, so that none outlives its turn. */
function* rowsOf(
  columns: readonly { readonly texts: readonly string[]; readonly index: Uint32Array }[],
  count: number,
): Generator<readonly string[]> {
  for (let row = 0; row < count; row++) {
    yield columns.map(({ texts, index }) => texts[index[row] as number] as string);
  }
}
