import { parentPort } from 'node:worker_threads';
import { runTask, type Task } from './tasks.js';

/** Entry of a worker thread: runs one task a message, answers with its result. */
parentPort?.on('message', (task: Task) => {
  parentPort?.postMessage(runTask(task));
});
