import { answerJobs } from '../threads/worker-pool.js';
import { runTask } from './tasks.js';

answerJobs(runTask);
