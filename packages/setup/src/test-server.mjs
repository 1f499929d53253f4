import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, run, say } from './terminal.mjs';

/** The wire-protocol server that the MongoDB tests use where no real one is named. */
const REQUIREMENT = 'SecantusDB==0.7.0b3';
const VENV = join(ROOT, '.cache', 'venv');
/** Written last, so that an interrupted installation is done again. */
const DONE = join(VENV, `.installed-${REQUIREMENT}`);

/**
 * Makes a Python environment under `.cache/venv` with a server that speaks MongoDB's wire
 * protocol, unless `ETHOGRAM_TEST_MONGODB_URI` names one. Says what it does, and why it cannot.
 * @returns {Promise<{ uri: string } | { executable: string } | { reason: string }>}
 */
export async function prepareTestServer() {
  const uri = process.env.ETHOGRAM_TEST_MONGODB_URI;
  if (uri) return { uri };
  const executable = join(VENV, 'bin', 'secantusd-py');
  if (existsSync(DONE) && existsSync(executable)) return { executable };
  say(`MongoDB test server: installing ${REQUIREMENT} into .cache/venv`);
  rmSync(VENV, { recursive: true, force: true });
  const steps = [
    ['python3', ['-m', 'venv', VENV]],
    [join(VENV, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', REQUIREMENT]],
  ];
  for (const [command, args] of steps) {
    const { code, output } = await run(command, args, { quiet: true });
    if (code === 0) continue;
    const last = output.trim().split('\n').slice(-3).join('\n  ');
    const reason = [
      `\`${command} ${args.join(' ')}\` ended with exit code ${code}:`,
      `  ${last}`,
      'Install python3 with its venv module (Debian: apt-get install python3-venv) and let pip',
      'reach a package index, or set ETHOGRAM_TEST_MONGODB_URI to a server that may be written to.',
    ].join('\n');
    say(`MongoDB test server: not available. ${reason}`);
    return { reason };
  }
  writeFileSync(DONE, '');
  say('MongoDB test server: installed');
  return { executable };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await prepareTestServer();
  process.exitCode = 'reason' in server ? 1 : 0;
}
