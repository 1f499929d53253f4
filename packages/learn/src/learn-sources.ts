import type { Draft } from './draft.js';
import type { LearnedSource, SourceTask } from './learn-source.js';
import type { LearningJob, LearningResult } from './learning-job.js';
import type { SourceRows } from './rows/row-store.js';
import type { WorkerPool } from './threads/worker-pool.js';

/** A source that is to be learned; its rows are fetched when its turn comes. */
export interface WaitingSource {
  readonly draft: Draft;
  readonly rows: () => SourceRows;
}

/** Tasks that wait beside those that run, so that no thread has to. */
const WAITING = 2;

/**
 * Learns sources in worker threads, a few at a time, so that only their rows are in memory twice.
 * @returns in the order of the sources, whatever the number of threads.
 */
export async function learnSources(
  sources: readonly WaitingSource[],
  common: Omit<SourceTask, 'draft' | 'rows'>,
  options: {
    readonly kernels: string | null;
    readonly pool: WorkerPool<LearningJob, LearningResult>;
    /** @param done share of the sources that are learned. */
    readonly onSource: (done: number) => void;
  },
): Promise<LearnedSource[]> {
  const { pool, kernels } = options;
  const learned = new Array<LearnedSource>(sources.length);
  const queue = sources.entries();
  let done = 0;
  const lane = async (): Promise<void> => {
    for (const [i, source] of queue) {
      const task: SourceTask = { ...common, draft: source.draft, rows: source.rows() };
      const buffers = [task.rows.data.buffer, task.rows.active.buffer] as ArrayBuffer[];
      learned[i] = (await pool.run({ type: 'source', task, kernels }, buffers)) as LearnedSource;
      options.onSource(++done / sources.length);
    }
  };
  const lanes = pool.threads === 0 ? 1 : pool.threads + WAITING;
  await Promise.all(Array.from({ length: lanes }, lane));
  return learned;
}
