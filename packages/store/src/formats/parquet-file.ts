import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { formatErrors } from './errors.js';

/**
 * Heap of the decoder, MB: a damaged file cannot make it take more. The young generation is kept
 * small, since nearly all that is decoded dies at once.
 */
const HEAP = Object.freeze({ maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 4 });

/**
 * Most bytes of one column in a group of rows, compressed, and of one page, decompressed: what the
 * decoder has to have at once. Writers make pages of 1 MB and groups whose columns have some.
 */
const MOST_BYTES = 32 * 1024 * 1024;

/** So many rows are handed from thread to thread at once. */
const ROWS_PER_MESSAGE = 2_048;

const cells = z.object({ texts: z.array(z.string()), index: z.instanceof(Uint32Array) });
const reply = z.union([
  z.object({ error: z.string() }),
  z.object({ tooLarge: z.string() }),
  z.object({ columns: z.array(z.string()), groups: z.array(z.int().min(0)) }),
  z.object({ cells: z.array(cells) }),
]);

/** A column of cells: its different texts, and which of them each row has. */
export type Cells = z.infer<typeof cells>;

/** A row, by its number in the file from 0 on; absent cells are ''. */
export interface ParquetRow {
  readonly row: number;
  readonly fields: readonly string[];
}

/** An open Parquet file, decoded in a thread of its own. */
export interface ParquetFile {
  readonly columns: readonly string[];
  /** Rows of each group. */
  readonly groups: readonly number[];
  /**
   * Decodes the rows `from` … `to - 1`, which the decoder then holds, as columns.
   * @param keys columns to look at before rows are asked for, in that order.
   * @throws FORMAT-1004, FORMAT-1009
   */
  hold(from: number, to: number, keys: readonly string[]): Promise<readonly Cells[]>;
  /**
   * Rows of those that are held, a few thousand at a time; each is made when its turn comes.
   * @param order their numbers, from the first that is held on.
   * @throws FORMAT-1004
   */
  rows(order: Uint32Array): AsyncIterable<Iterable<ParquetRow>>;
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
    workerData: { path, mostBytes: MOST_BYTES },
    resourceLimits: HEAP,
    execArgv: [],
  });
  const details = { file: name };
  const damaged = (why: string, cause?: unknown): Error =>
    formatErrors.make('FORMAT-1004', `${name}: expected a Parquet file, found: ${why}`, {
      cause,
      details,
    });
  const close = async (): Promise<void> => {
    await worker.terminate();
  };
  const receive = async (): Promise<z.infer<typeof reply>> => {
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
  const answer = async (): Promise<z.infer<typeof reply>> => {
    const result = await receive();
    if (!('tooLarge' in result)) return result;
    await close();
    throw formatErrors.make('FORMAT-1009', `${name}: ${result.tooLarge}`, { details });
  };
  const ask = async (question: unknown): Promise<readonly Cells[]> => {
    const waiting = answer();
    worker.postMessage(question);
    const result = await waiting;
    if (!('cells' in result)) throw damaged('no rows');
    return result.cells;
  };
  const head = await answer();
  if (!('columns' in head)) throw damaged('no columns');
  let first = 0;
  return {
    columns: head.columns,
    groups: head.groups,
    hold(from, to, keys) {
      first = from;
      return ask({ hold: { from, to, keys } });
    },
    async *rows(order) {
      for (let at = 0; at < order.length; at += ROWS_PER_MESSAGE) {
        const rows = order.slice(at, at + ROWS_PER_MESSAGE);
        yield rowsOf(await ask({ rows }), rows, first);
      }
    },
    close,
  };
}

/** Rows made of columns one by one, so that none outlives its turn. */
function* rowsOf(
  columns: readonly Cells[],
  rows: Uint32Array,
  first: number,
): Generator<ParquetRow> {
  for (let i = 0; i < rows.length; i++) {
    const fields = columns.map(({ texts, index }) => texts[index[i] as number] as string);
    yield { row: first + (rows[i] as number), fields };
  }
}
