import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildNative } from './build-native.mjs';
import { ensureDebianPackages, NATIVE_PACKAGES } from './debian.mjs';
import { must, ROOT, say, step } from './terminal.mjs';

const OLDEST_NODE = [20, 19];

/**
 * Brings a checkout to where `node_modules/.bin/ethogram` works: Debian packages, npm packages,
 * TypeScript, the addons. Does only what is not done yet.
 */
export async function prepare() {
  checkNode();
  step('Debian packages for the native part');
  await ensureDebianPackages(NATIVE_PACKAGES, 'native collector');
  step('npm packages');
  await installNpmPackages();
  step('TypeScript');
  await must('node', ['node_modules/typescript/bin/tsc', '-b']);
  step('Native addons');
  await buildNative();
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = OLDEST_NODE;
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return;
  throw new Error(
    `Ethogram needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`,
  );
}

/** `npm ci`, unless what is installed is younger than the lock file. */
async function installNpmPackages() {
  const lock = join(ROOT, 'package-lock.json');
  const installed = join(ROOT, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) {
    say('up to date');
    return;
  }
  await must('npm', ['ci', '--no-audit', '--no-fund']);
}
