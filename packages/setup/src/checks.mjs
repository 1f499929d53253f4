import { run, say } from './terminal.mjs';

const bin = (path, ...args) => ['node', [`node_modules/${path}`, ...args]];

/** What `npm run check` looks at, quickest first. */
const CHECKS = [
  { name: 'format and lint (Biome)', command: bin('@biomejs/biome/bin/biome', 'check', '.') },
  { name: 'types (tsc -b)', command: bin('typescript/bin/tsc', '-b') },
  {
    name: 'walls between the rooms (dependency-cruiser)',
    command: bin('dependency-cruiser/bin/dependency-cruise.mjs', 'packages', 'native/lib'),
  },
  { name: 'nothing unused (knip)', command: bin('knip/bin/knip.js') },
];

/**
 * Runs every check, also after one failed.
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runChecks() {
  let failed = 0;
  for (const { name, command } of CHECKS) {
    const started = Date.now();
    const result = await run(command[0], command[1], { quiet: true });
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    say(`${result.code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
    if (result.code !== 0) {
      failed++;
      say(result.output);
    }
  }
  return { passed: CHECKS.length - failed, failed };
}
