import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks } from './checks.mjs';
import { ensureDebianPackages, TEST_PACKAGES } from './debian.mjs';
import { prepare } from './prepare.mjs';
import { preparePythonPackages, TEST_PYTHON_PACKAGES } from './python-packages.mjs';
import { ROOT, run, say, step } from './terminal.mjs';
import { prepareTestServer } from './test-server.mjs';

/**
 * The second command of the README: prepares what is missing, then runs the checks and every
 * test. Arguments after `--` go to vitest and leave the checks out.
 */
async function main(vitestArguments) {
  await prepare();
  step('What the tests need');
  await ensureDebianPackages(TEST_PACKAGES, 'tests on real services');
  await prepareTestServer();
  await preparePythonPackages(TEST_PYTHON_PACKAGES.graphs);
  await preparePythonPackages(TEST_PYTHON_PACKAGES.parquet);

  const selective = vitestArguments.length > 0;
  step('Checks');
  const checks = selective ? { passed: 0, failed: 0 } : await runChecks();
  if (selective) say('left out: this run was asked for particular tests');

  step('Tests');
  const tests = await runVitest(vitestArguments);
  const passed = checks.passed + tests.passed;
  const failed = checks.failed + tests.failed;
  process.stdout.write(
    `${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}\n`,
  );
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

/** Runs vitest and counts; a run that broke before its tests counts as one failure. */
async function runVitest(vitestArguments) {
  const report = join(ROOT, '.cache/vitest.json');
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  rmSync(report, { force: true });
  const { code } = await run('node', [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    '--reporter=./packages/setup/src/skipped-reporter.mjs',
    `--outputFile.json=${report}`,
    ...vitestArguments,
  ]);
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch (error) {
    say(`vitest left no report (exit code ${code}): ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  // A file that fails to load, or an error outside any test, has no failing test of its own.
  const brokenFiles = result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((t) => t.status !== 'failed'),
  ).length;
  const failed = result.numFailedTests + brokenFiles;
  return {
    passed: result.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: result.numPendingTests,
  };
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(`\ntest: ${error.message}`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}
