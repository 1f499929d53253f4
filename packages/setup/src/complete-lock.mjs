// Completes package-lock.json: npm leaves out the builds for other platforms that a registry
// could not hand it, and `npm ci` then refuses the whole lock. Run it after changing dependencies.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, say } from './terminal.mjs';

const LOCK = join(ROOT, 'package-lock.json');
const OS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const CPU = {
  arm64: 'arm64',
  x64: 'x64',
  arm: 'arm',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
};

/** Which platform a package named `…-linux-arm64-musl` is for. */
function platform(name) {
  const words = name.split('/').at(-1).split('-');
  const os = words.find((word) => OS.includes(word));
  const cpu = words.map((word) => CPU[word]).find((word) => word !== undefined);
  return os && cpu ? { cpu: [cpu], os: [os] } : undefined;
}

const lock = JSON.parse(readFileSync(LOCK, 'utf8'));
const added = [];
for (const owner of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    const where = platform(name);
    if (lock.packages[key] || !where || !/^\d/.test(version)) continue;
    lock.packages[key] = { version, ...where, dev: owner.dev, optional: true };
    added.push(`${name}@${version}`);
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
);
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
say(added.length === 0 ? 'complete' : `added: ${added.join(' ')}`);
