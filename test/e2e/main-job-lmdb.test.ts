import { join } from 'node:path';
import { canMakeUnits } from '@ethogram/testkit/bed';
import { test } from 'vitest';
import { mainJob } from './main-job.js';

if (canMakeUnits()) {
  mainJob('the main job on the embedded store', {
    mark: 'lmdb',
    store: (folder) =>
      Promise.resolve({ uri: `lmdb:${join(folder, 'store')}`, close: () => Promise.resolve() }),
  });
} else {
  test('the main job on the embedded store', (context) => {
    const reason = 'needs root and a cgroup2 hierarchy to name units';
    process.stderr.write(`skipped: the main job on the embedded store: ${reason}\n`);
    context.skip(reason);
  });
}
