import { learnSourceWith } from './learn-source.js';
import { answerJobs } from './threads/worker-pool.js';

answerJobs(learnSourceWith);
