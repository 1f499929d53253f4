import { canMakeUnits } from '@ethogram/testkit/bed';
import { afterAll } from 'vitest';
import { startMongoServer } from '../integration/mongodb-server.js';
import { skippedTest } from '../skipped-test.js';
import { mainJob } from './main-job.js';

const TITLE = 'the main job on MongoDB';
const server = canMakeUnits()
  ? await startMongoServer()
  : { reason: 'needs root and a cgroup2 hierarchy to name units' };

if ('reason' in server) {
  skippedTest(TITLE, server.reason);
} else {
  afterAll(() => server.stop());
  mainJob(TITLE, {
    mark: 'mongodb',
    store: () =>
      Promise.resolve({
        uri: `${server.host}/ethogram_main_job_${process.pid}${server.options}`,
        close: () => Promise.resolve(),
      }),
  });
}
