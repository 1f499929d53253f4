import { setImmediate as breathe } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { runTask, type Task, type TaskResult } from './tasks.js';

/** How {@link runTasks} runs. */
export interface RunOptions {
  /** Worker threads; 0 runs in the calling thread, task by task. */
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs tasks and returns their results in the order of the tasks, whatever the number of
 * threads. From TypeScript sources (tests) everything runs in the calling thread, since a
 * worker needs the compiled file.
 */
export async function runTasks(
  tasks: readonly Task[],
  { threads, signal }: RunOptions,
): Promise<TaskResult[]> {
  signal?.throwIfAborted();
  const compiled = import.meta.url.endsWith('.js');
  const count = compiled ? Math.min(threads, tasks.length) : 0;
  if (count > 0) return runInWorkers(tasks, count, signal);
  const results: TaskResult[] = [];
  for (const task of tasks) {
    results.push(runTask(task));
    await breathe();
    signal?.throwIfAborted();
  }
  return results;
}

async function runInWorkers(
  tasks: readonly Task[],
  count: number,
  signal: AbortSignal | undefined,
): Promise<TaskResult[]> {
  const results = new Array<TaskResult>(tasks.length);
  const queue = tasks.entries();
  const workers: Worker[] = [];
  const work = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      let current = -1;
      const next = () => {
        const item = queue.next();
        if (item.done) return resolve();
        current = item.value[0];
        worker.postMessage(item.value[1]);
      };
      worker.on('message', (result: TaskResult) => {
        results[current] = result;
        next();
      });
      worker.on('error', reject);
      worker.on('exit', () => reject(new Error('a worker thread ended before its work')));
      next();
    });
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal?.reason);
  });
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for (let i = 0; i < count; i++) {
      workers.push(new Worker(new URL('./task-worker.js', import.meta.url)));
    }
    await Promise.race([Promise.all(workers.map(work)), aborted]);
    return results;
  } finally {
    signal?.removeEventListener('abort', stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
