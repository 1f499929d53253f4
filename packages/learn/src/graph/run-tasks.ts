import { WorkerPool, type Workshop } from '../threads/worker-pool.js';
import { runTask, type Task, type TaskResult } from './tasks.js';

/** How {@link runTasks} runs. */
export interface RunOptions {
  /** Worker threads; 0 runs in the calling thread, task by task. */
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

const WORKSHOP: Workshop<Task, TaskResult> = {
  entry: new URL('./task-worker.js', import.meta.url),
  run: runTask,
};

/**
 * Runs tasks and returns their results in the order of the tasks, whatever the number of
 * threads; see {@link WorkerPool}.
 */
export async function runTasks(
  tasks: readonly Task[],
  { threads, signal }: RunOptions,
): Promise<TaskResult[]> {
  const pool = new WorkerPool(WORKSHOP, Math.min(threads, tasks.length), signal);
  try {
    if (pool.threads > 0) {
      return await Promise.all(tasks.map((task) => pool.run(task)));
    }
    const results: TaskResult[] = [];
    for (const task of tasks) results.push(await pool.run(task));
    return results;
  } finally {
    await pool.close();
  }
}
