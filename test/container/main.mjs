// `npm run container [-- --base FOLDER]`: builds the container image for real and runs it, then
// installs the Debian package in a system that systemd boots and has the unit started, killed and
// stopped there. In no other test, since it takes minutes: a Debian is made from a package mirror
// (or is at FOLDER), and two gigabytes of room. Collects with procfs, so it disturbs nobody.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildPackages } from '../../packages/packaging/src/build-packages.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HERE = fileURLToPath(new URL('./', import.meta.url));
/** The release that the container file is of. */
const SUITE = 'trixie';
const TOOLS = {
  buildah: 'buildah',
  debootstrap: 'debootstrap',
  crun: 'crun',
  'systemd-nspawn': 'systemd-container',
};

const { values: flags } = parseArgs({ options: { base: { type: 'string' } } });
const problems = [];
const say = (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
const expect = (holds, text) => {
  if (!holds) problems.push(text);
  say(`${holds ? 'ok' : 'BROKEN'}: ${text}`);
};

function missing() {
  if (process.getuid?.() !== 0) return 'it needs root';
  const absent = Object.keys(TOOLS).filter((tool) => spawnSync(tool, ['--version']).error);
  const packages = absent.map((tool) => TOOLS[tool]).join(' ');
  return absent.length > 0
    ? `${absent.join(', ')} missing: apt-get install --no-install-recommends ${packages}`
    : undefined;
}

/** Runs a command that has to go well; its standard output. */
function run(name, ...args) {
  const { status, stdout, stderr, error } = spawnSync(name, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return stdout.trim();
  throw new Error(`${name} ${args.join(' ')}: ${status ?? error?.message}\n${stderr}${stdout}`);
}

function testImage(folder, base, deb) {
  const storage = ['--root', join(folder, 'images'), '--runroot', join(folder, 'run')];
  const buildah = (...args) => run('buildah', ...storage, '--storage-driver', 'vfs', ...args);
  const scratch = buildah('from', 'scratch');
  run('cp', '-a', `${base}/.`, buildah('mount', scratch));
  buildah('commit', '--quiet', scratch, 'localhost/base');
  buildah('rm', scratch);
  const context = join(folder, 'context');
  mkdirSync(context);
  copyFileSync(deb, join(context, 'ethogram_amd64.deb'));
  const file = join(ROOT, 'packages/packaging/container/Dockerfile');
  const how = ['--format', 'docker', '--isolation', 'chroot', '--network', 'host'];
  const what = ['--build-arg', 'BASE=localhost/base', '-t', 'localhost/ethogram', '-f', file];
  buildah('build', '--quiet', ...how, ...what, context);
  expect(true, 'the container file builds');
  const container = buildah('from', 'localhost/ethogram');
  const { Docker } = JSON.parse(buildah('inspect', '--type', 'image', 'localhost/ethogram'));
  const { Entrypoint, Cmd, User, Healthcheck } = Docker.config;
  expect(User === 'ethogram', `it runs as ${User}`);
  const quoted = (words) => words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  // As its entry point and command say, but for the collector, for as long as it takes to look.
  const said = buildah(
    ...['run', '--isolation', 'chroot', container, '--', 'sh', '-c'],
    `id -un
     ( ${quoted([...Entrypoint, ...Cmd, '--backend', 'procfs'])} > /tmp/out 2> /tmp/err & echo $! > /tmp/pid; wait $!; echo $? > /tmp/code ) &
     for _ in $(seq 60); do sleep 1; ${quoted(Healthcheck.Test.slice(1))} && break; done; echo "healthy $?"
     sleep 8; kill "$(cat /tmp/pid)"; wait; echo "code $(cat /tmp/code)"
     ethogram recordings -o jsonl || cat /tmp/err`,
  );
  expect(
    /^ethogram\nhealthy 0\ncode 143\n/.test(said),
    `it is healthy, and ends when told:\n${said}`,
  );
  expect(/"ticks":[1-9]/.test(said), 'what it collected is in its store');
}

function testUnit(folder, base, deb) {
  const system = join(folder, 'system');
  run('cp', '-a', base, system);
  copyFileSync(deb, join(system, 'root/ethogram.deb'));
  copyFileSync('/etc/resolv.conf', join(system, 'etc/resolv.conf'));
  const install =
    'apt-get update -qq && apt-get install -qq -y --no-install-recommends systemd-sysv /root/ethogram.deb';
  const isolated = ['--mount', '--propagation', 'private', 'sh', '-ec'];
  const env = 'env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive';
  run(
    'unshare',
    ...isolated,
    `mount --bind /proc ${system}/proc; ${env} chroot ${system} sh -ec '${install}'`,
  );
  copyFileSync(join(HERE, 'prove.sh'), join(system, 'root/prove.sh'));
  const units = join(system, 'etc/systemd/system');
  mkdirSync(join(units, 'default.target.wants'), { recursive: true });
  writeFileSync(
    join(units, 'prove.service'),
    '[Unit]\nAfter=multi-user.target\n[Service]\nType=oneshot\nExecStart=/bin/sh /root/prove.sh\n',
  );
  symlinkSync('../prove.service', join(units, 'default.target.wants/prove.service'));
  const capabilities = '--capability=CAP_BPF,CAP_PERFMON';
  run(
    'systemd-nspawn',
    '--register=no',
    '--keep-unit',
    capabilities,
    '--private-network',
    '-D',
    system,
    '--boot',
  );
  const proof = readFileSync(join(system, 'root/proof'), 'utf8');
  const found = Object.fromEntries(
    proof.split('\n').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
  );
  const before = problems.length;
  const is = (name, wanted) => expect(found[name] === wanted, `unit, ${name}: ${found[name]}`);
  for (const name of ['start', 'alive', 'alive-again', 'stop']) is(name, '0');
  is('active', 'active');
  is('user', 'ethogram');
  is('restarts', '1');
  is('result', 'success');
  is('ended', 'inactive');
  is('folder', 'ethogram 700');
  expect(/"ticks":[1-9]/.test(found.recordings ?? ''), `unit, recordings: ${found.recordings}`);
  if (problems.length > before) say(readFileSync(join(system, 'root/proof.log'), 'utf8'));
}

const reason = missing();
if (reason) {
  say(`skipped: ${reason}`);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-container-'));
  const startMs = Date.now();
  try {
    const { deb } = await buildPackages(join(folder, 'out'));
    if (!deb) throw new Error('no Debian package: dpkg-deb is missing');
    const base = flags.base ?? join(folder, 'base');
    if (!flags.base) run('debootstrap', '--variant=minbase', SUITE, base);
    say('a Debian is there');
    testImage(folder, base, deb);
    testUnit(folder, base, deb);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`${Math.round((Date.now() - startMs) / 1000)} s; ${problems.length} broken`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
