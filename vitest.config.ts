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

const project = (name: string, include: string[], slow = false) => ({
  resolve: { alias },
  test: {
    name,
    include,
    testTimeout: slow ? 600_000 : 30_000,
    hookTimeout: slow ? 600_000 : 60_000,
    fileParallelism: !slow,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['packages/*/test/**/*.test.ts', 'native/test/**/*.test.ts']),
      project('architecture', ['test/architecture/**/*.test.ts'], true),
      project('integration', ['test/integration/**/*.test.ts'], true),
      project('privileged', ['test/privileged/**/*.test.ts'], true),
      project('golden', ['test/golden/**/*.test.ts'], true),
      project('e2e', ['test/e2e/**/*.test.ts'], true),
    ],
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts', 'native/lib/**/*.ts'] },
  },
});
