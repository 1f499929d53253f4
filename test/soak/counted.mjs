import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { expect, flags, ROOT, say } from './settings.mjs';

/** Tests that take a count from their environment, at the count of a soak; each file as it ends. */
export function* countedTests() {
  const env = {
    ...process.env,
    ETHOGRAM_FUZZ_RUNS: flags.fuzz,
    ETHOGRAM_TEST_KILLS: flags.kills,
    ETHOGRAM_TEST_CUTS: flags.kills,
  };
  const all = [
    ['fuzzed inputs', 'unit', 'ETHOGRAM_FUZZ_RUNS', flags.fuzz],
    ['fuzzed documents', 'integration', 'ETHOGRAM_FUZZ_RUNS', flags.fuzz],
    ['kills of a writer', 'integration', 'ETHOGRAM_TEST_KILLS', flags.kills],
    ['lost connections', 'integration', 'ETHOGRAM_TEST_CUTS', flags.kills],
  ];
  for (const [what, project, variable, count] of all) {
    const files = testsThatRead(variable, project);
    if (files.length === 0) {
      expect(false, `${what}: a test takes the count`);
      continue;
    }
    for (const file of files) {
      say(`${what}: ${count} in ${file}`);
      const startMs = Date.now();
      const args = ['vitest', 'run', '--project', project, '--testTimeout', '7200000', file];
      const { status, stdout } = spawnSync('npx', args, { cwd: ROOT, env, encoding: 'utf8' });
      const seconds = Math.round((Date.now() - startMs) / 1000);
      const why = status === 0 ? '' : `: ${failedTests(stdout)}`;
      expect(status === 0, `${what}: ${count} in ${file}${why}`);
      yield { what, file, count, seconds, outcome: status === 0 ? 'passed' : 'failed' };
    }
  }
}

/** The names of the tests that failed, without colours. */
function failedTests(output) {
  const plain = stripVTControlCharacters(output);
  return [...new Set(plain.match(/^ +× .+$/gm) ?? ['no test says why'])]
    .map((line) => line.replace(/^ +× /, '').replace(/ \d+ms$/, ''))
    .join('; ');
}

/** Test files of a project that take a count from a variable, also by way of a module that reads it. */
function testsThatRead(variable, project) {
  const grep = (pattern, files) =>
    spawnSync('git', ['grep', '-lE', pattern, '--', files], { cwd: ROOT, encoding: 'utf8' })
      .stdout.split('\n')
      .filter((file) => file !== '');
  const named = grep(variable, '*.ts');
  const modules = named.filter((file) => !file.endsWith('.test.ts'));
  // A module is named for what it exports: fuzz-runs.ts has fuzzRuns.
  const users = modules.flatMap((file) => {
    const stem = file.split('/').at(-1).replace(/\.ts$/, '');
    const name = stem.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    return grep(`${stem}|\\b${name}\\b`, '*.test.ts');
  });
  const tests = named.filter((file) => file.endsWith('.test.ts'));
  const isOfProject = (file) =>
    file.startsWith('test/integration/') === (project === 'integration');
  return [...new Set([...tests, ...users])].filter(isOfProject).sort();
}
