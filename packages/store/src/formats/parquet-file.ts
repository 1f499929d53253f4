import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { formatErrors } from './errors.js';

/** Heap of the decoder, MB: a damaged file cannot make it take more. */
const HEAP_MB = 2048;

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
  /** Rows `from` … `to - 1` as cells of text, absent ones ''. @throws FORMAT-1004 */
  rows(from: number, to: number): Promise<readonly (readonly string[])[]>;
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
    rows: async (from, to) => {
      const waiting = answer();
      worker.postMessage({ from, to });
      const result = await waiting;
      if ('rows' in result && result.rows.length === to - from) return result.rows;
      await close();
      throw damaged(`fewer than the ${to - from} rows that it announces`);
    },
    close,
  };
}
