import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { formatErrors } from './errors.js';

/** Heap of the decoder, MB: a damaged file cannot make it take more. */
const HEAP_MB = 2048;

/** So many rows are handed from thread to thread at once. */
const ROWS_PER_MESSAGE = 4_096;

const reply = z.union([
  z.object({ error: z.string() }),
  z.object({ columns: z.array(z.string()), groups: z.array(z.int().min(0)) }),
  z.object({ rows: z.array(z.array(z.string())) }),
]);

/** An open Parquet file, decoded in a thread of its own. */
export interface ParquetFile {
  readonly columns: readonly string[];
  /** Rows of each group. */
  readonly groups: readonly number[];
  /**
   * Rows `from` … `to - 1` as cells of text, absent ones '', a few thousand at a time: the decoder
   * holds them all, this thread does not.
   * @throws FORMAT-1004
   */
  rows(from: number, to: number): AsyncIterable<readonly (readonly string[])[]>;
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
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
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
        if (!('rows' in result) || result.rows.length !== piece.to - piece.from) {
          await close();
          throw damaged(`fewer than the ${to - from} rows that it announces`);
        }
        yield result.rows;
      }
    },
    close,
  };
}
