import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Packages resolve to their sources, so that unit tests need no build. */
const alias = [
  {
    find: /^@ethogram\/native$/,
    replacement: fileURLToPath(new URL('./native/lib/index.ts', import.meta.url)),
  },
  {
    find: /^@ethogram\/([a-z]+)$/,
    replacement: fileURLToPath(new URL('./packages/$1/src/index.ts', import.meta.url)),
  },
];

/**
 * One kind of test. Kinds run one after the other in the order given below, so that load made by
 * one never disturbs another. The files of a kind run two at a time, on two processors too; one at
 * a time where they attach to the kernel.
 */
const project = (
  groupOrder: number,
  name: string,
  include: string[],
  { slow = true, maxWorkers = 2 } = {},
) => ({
  resolve: { alias },
  test: {
    name,
    include,
    testTimeout: slow ? 600_000 : 30_000,
    hookTimeout: slow ? 600_000 : 60_000,
    sequence: { groupOrder },
    maxWorkers,
  },
});

export default defineConfig({
  test: {
    projects: [
      project(1, 'unit', ['packages/*/test/**/*.test.ts', 'native/test/**/*.test.ts'], {
        slow: false,
        maxWorkers: availableParallelism(),
      }),
      project(2, 'architecture', ['test/architecture/**/*.test.ts']),
      project(3, 'golden', ['test/golden/**/*.test.ts']),
      project(4, 'integration', ['test/integration/**/*.test.ts']),
      project(5, 'privileged', ['test/privileged/**/*.test.ts'], { maxWorkers: 1 }),
      project(6, 'security', ['test/security/**/*.test.ts']),
      project(7, 'e2e', ['test/e2e/**/*.test.ts']),
    ],
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts', 'native/lib/**/*.ts'] },
  },
});
