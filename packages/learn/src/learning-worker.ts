import { LearningBench, type LearningJob, type LearningResult } from './learning-job.js';
import { answerJobs } from './threads/worker-pool.js';

const bench = new LearningBench();
answerJobs<LearningJob, LearningResult>(
  (job) => bench.run(job),
  () => bench.close(),
  (result) => ('data' in result ? [result.data.buffer, result.active.buffer] : []),
);
