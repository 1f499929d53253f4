import { join } from 'node:path';
import { canMakeUnits } from '@ethogram/testkit/bed';
import { skippedTest } from '../skipped-test.js';
import { mainJob } from './main-job.js';

const TITLE = 'the main job on the embedded store';

if (canMakeUnits()) {
  mainJob(TITLE, {
    mark: 'lmdb',
    store: (folder) =>
      Promise.resolve({ uri: `lmdb:${join(folder, 'store')}`, close: () => Promise.resolve() }),
  });
} else {
  skippedTest(TITLE, 'needs root and a cgroup2 hierarchy to name units');
}
