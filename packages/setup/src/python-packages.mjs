import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, say } from './terminal.mjs';

const VENV = join(ROOT, '.cache', 'venv');

/** What tests ask for, by what for: all of it is installed before tests run side by side. */
export const TEST_PYTHON_PACKAGES = Object.freeze({
  graphs: ['networkx==3.6.1'],
  parquet: ['duckdb==2.0.0', 'pandas==3.1.1', 'pyarrow==26.0.1'],
  mongodb: ['SecantusDB==0.7.0b3'],
});

/**
 * Sees to it that Python packages are in the environment under `.cache/venv`, making it where it
 * is not there. Only tests need them. Says what it does, and why it cannot.
 * @param {readonly string[]} requirements exact ones: `duckdb==2.0.0`
 * @returns {Promise<{ python: string } | { reason: string }>}
 */
export async function preparePythonPackages(requirements) {
  const python = join(VENV, 'bin', 'python');
  // A mark for each, written last, so that an interrupted installation is done again.
  const markOf = (requirement) => join(VENV, `.installed-${requirement}`);
  const missing = requirements.filter((requirement) => !existsSync(markOf(requirement)));
  if (missing.length === 0 && existsSync(python)) return { python };
  say(`Python packages for tests: installing ${missing.join(' ')} into .cache/venv`);
  const steps = [
    ['python3', ['-m', 'venv', VENV]],
    [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...missing]],
  ];
  for (const [command, args] of steps) {
    const { code, output } = await run(command, args, { quiet: true });
    if (code === 0) continue;
    const last = output.trim().split('\n').slice(-3).join('\n  ');
    const reason = [
      `\`${command} ${args.join(' ')}\` ended with exit code ${code}:`,
      `  ${last}`,
      'Install python3 with its venv module (Debian: apt-get install python3-venv) and let pip',
      'reach a package index.',
    ].join('\n');
    say(`Python packages for tests: not available. ${reason}`);
    return { reason };
  }
  for (const requirement of missing) writeFileSync(markOf(requirement), '');
  return { python };
}
