import { join } from 'node:path';
import { canMakeUnits } from '@ethogram/testkit/bed';
import { test } from 'vitest';
import { mainJob } from './main-job.js';

if (canMakeUnits()) {
  mainJob('the main job on the embedded store', {
    store: (folder) =>
      Promise.resolve({ uri: `lmdb:${join(folder, 'store')}`, close: () => Promise.resolve() }),
  });
} else {
  test('the main job on the embedded store', (context) => {
    context.skip('needs root and a cgroup2 hierarchy to name units');
  });
}
