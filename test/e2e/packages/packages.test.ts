import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOMS } from '../../../packages/packaging/src/assemble.mjs';
import { auditDependencies } from '../../../packages/packaging/src/audit.mjs';
import { buildPackages } from '../../../packages/packaging/src/build-packages.mjs';
import { notAllowed } from '../../../packages/packaging/src/licence-table.mjs';
import { dependenciesOf } from '../../../packages/packaging/src/lock-tree.mjs';
import { lockKernel } from '../../privileged/kernel-lock.js';
import { allowedCalls } from './call-filter.js';
import { command, type Ended } from './command.js';
import { inThrowAwayRoot, noThrowAwayRoot } from './throw-away-root.js';

const OURS = fileURLToPath(new URL('../../../packages/packaging/', import.meta.url));
const read = (path: string) => readFileSync(join(OURS, path), 'utf8');
/** What `systemd-analyze security` may say of the unit, times ten. */
const MOST_EXPOSED = 21;
/** How the unit runs the service, in the words of setpriv. */
const AS_THE_UNIT =
  'setpriv --reuid ethogram --regid ethogram --clear-groups --no-new-privs --inh-caps=-all,+bpf,+perfmon --ambient-caps=-all,+bpf,+perfmon --bounding-set=-all,+bpf,+perfmon';

let folder: string;
let built: Awaited<ReturnType<typeof buildPackages>>;
let linted: Promise<Ended>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ethogram-packages-'));
  built = await buildPackages(join(folder, 'out'));
  linted = command('lintian', ['--no-cfg', '--allow-root', '--fail-on', 'error', built.deb ?? '']);
}, 300_000);

afterAll(async () => {
  await linted;
  rmSync(folder, { recursive: true, force: true });
});

describe('the npm package', () => {
  let place: string;
  let installed: Ended;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    place = join(folder, 'elsewhere');
    // A path on which there is Node and nothing else: no compiler, no make, no Python.
    const bin = join(place, 'bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(process.execPath, join(bin, 'node'));
    env = {
      PATH: bin,
      HOME: place,
      NO_COLOR: '1',
      npm_config_cache: process.env['npm_config_cache'],
    };
    const npm = await npmScript();
    writeFileSync(join(place, 'package.json'), '{"private":true}');
    const cache = (await command('npm', ['config', 'get', 'cache'])).stdout.trim();
    const registry = (await command('npm', ['config', 'get', 'registry'])).stdout.trim();
    installed = await command(
      process.execPath,
      [
        ...[npm, 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
        ...['--cache', cache, '--registry', registry, built.tarball],
      ],
      { cwd: place, env },
    );
  }, 300_000);

  const ethogram = (...args: string[]) =>
    command(join(place, 'node_modules/.bin/ethogram'), args, { cwd: place, env });

  test('installs elsewhere without a compiler and without running a script', () => {
    expect(installed.code, installed.output).toBe(0);
  });

  test('runs, says its version, and finds both addons inside itself', async () => {
    const version = await ethogram('--version');
    expect(version.output.trim()).toBe('0.1.0');
    const doctor = await ethogram('doctor', '--store', 'memory:', '-o', 'json');
    const findings = JSON.parse(doctor.stdout) as { name: string; ok: boolean; found: string }[];
    expect(findings.find(({ name }) => name === 'addon procfs')).toMatchObject({ ok: true });
    expect(findings.find(({ name }) => name === 'addon ebpf')).toMatchObject({ ok: true });
  });

  test('records this host by procfs', async () => {
    const recorded = await ethogram(
      ...['record', '--store', `lmdb:${join(place, 'store')}`, '--backend', 'procfs'],
      ...['--duration', '3s', '-o', 'json'],
    );
    expect(recorded.code, recorded.output).toBe(0);
    expect(JSON.parse(recorded.stdout)).toMatchObject({ backend: 'procfs' });
    expect(JSON.parse(recorded.stdout).sources).toBeGreaterThan(0);
  });

  test('tells the whole story of the recording that ships in it', async () => {
    const demo = await ethogram('demo', '--out', join(place, 'demo'), '-o', 'json');
    expect(demo.code, demo.output).toBe(0);
    const { found } = JSON.parse(demo.stdout) as { found: { by: string | null }[] };
    expect(found.length).toBeGreaterThan(0);
    expect(found.every(({ by }) => by !== null)).toBe(true);
    expect(existsSync(join(place, 'demo/report.html'))).toBe(true);
  });

  test('carries its licences', () => {
    const at = (path: string) => join(place, 'node_modules/ethogram', path);
    expect(readFileSync(at('LICENSE'), 'utf8')).toContain('Apache License');
    expect(readFileSync(at('NOTICE'), 'utf8')).toContain('BSD-2-Clause');
    const kernel = readFileSync(at('node_modules/@ethogram/native/bpf/LICENSE'), 'utf8');
    expect(kernel).toContain('GPL-2.0 OR BSD-2-Clause');
  });
});

describe('the Debian package', () => {
  let reason: string | undefined;
  let said: ReadonlyMap<string, string>;
  let run: Ended;

  beforeAll(async () => {
    reason = built.deb ? await noThrowAwayRoot(folder) : 'dpkg-deb is not installed';
    if (reason) return;
    const release = await lockKernel();
    try {
      run = await inThrowAwayRoot(
        folder,
        `say() { echo "== $1"; }
        export DEBIAN_FRONTEND=noninteractive
        dpkg --no-triggers -i /package/out/ethogram_amd64.deb
        say owners; stat -c '%n %U:%G %a' /etc/ethogram /etc/ethogram/config.toml /var/lib/ethogram
        say version; ethogram --version
        say verify; systemd-analyze verify --man=no /usr/lib/systemd/system/ethogram.service 2>&1
        say man; MANROFFOPT=-ww man --warnings -l /usr/share/man/man1/ethogram.1.gz 2>&1 >/dev/null
        install -d -o ethogram -m 0700 /tmp/credentials
        echo lmdb:/var/lib/ethogram/store > /tmp/credentials/store
        export ETHOGRAM_STORE_FILE=/tmp/credentials/store
        chown ethogram /tmp/credentials/store; chmod 0400 /tmp/credentials/store
        cd /var/lib/ethogram
        say service; ${AS_THE_UNIT} strace -f -qq -c -U name -o /tmp/credentials/calls \\
          timeout -s TERM 8 /usr/bin/ethogram run -o jsonl 2>&1 || echo "ended with $?"
        say calls; cat /tmp/credentials/calls
        say recordings; ${AS_THE_UNIT} ethogram recordings -o jsonl
        say modes; find /var/lib/ethogram -mindepth 1 -printf '%y %m %U %p\\n'
        say fallback; rm /usr/lib/*/libbpf.so.1*
        ${AS_THE_UNIT} ethogram --store memory: record --duration 1s -o jsonl 2>&1
        say purge; dpkg --no-triggers --purge ethogram 2>&1
        say left; ls -d /etc/ethogram /var/lib/ethogram /usr/lib/ethogram /usr/bin/ethogram 2>&1 || true
        getent passwd ethogram || echo nobody`,
      );
    } finally {
      await release();
    }
    said = new Map(
      run.stdout.split(/^== /m).map((part): [string, string] => {
        const [name = '', ...lines] = part.split('\n');
        return [name, lines.join('\n').trim()];
      }),
    );
  }, 300_000);

  /** A test in the throw-away root, or a word why there is none. */
  const inside = (title: string, check: () => void | Promise<void>) =>
    test(title, async (context) => {
      if (reason) {
        process.stderr.write(`skipped: ${title}: ${reason}\n`);
        context.skip(reason);
      }
      expect(run.code, run.output).toBe(0);
      await check();
    });

  inside('makes a user of its own; settings and store are nobody else’s', () => {
    expect(said.get('owners')).toBe(
      '/etc/ethogram root:ethogram 750\n/etc/ethogram/config.toml root:ethogram 640\n/var/lib/ethogram ethogram:ethogram 700',
    );
    expect(said.get('version')).toBe('0.1.0');
  });

  inside('has a unit that systemd finds no fault with, and a manual page', () => {
    expect(said.get('verify')).toBe('');
    expect(said.get('man')).toBe('');
  });

  inside('runs the service by eBPF under the privileges of the unit', () => {
    expect(said.get('service')).toContain('measuring with ebpf');
    const { name, ticks } = JSON.parse(said.get('recordings') ?? '{}');
    expect(name).toBe('live');
    expect(ticks).toBeGreaterThan(1);
  });

  inside('makes no system call that the unit forbids', async () => {
    const allowed = await allowedCalls(read('systemd/ethogram.service'));
    expect(allowed.size).toBeGreaterThan(200);
    for (const never of ['setuid', 'mount', 'ptrace', 'init_module', 'chown']) {
      expect(allowed.has(never), never).toBe(false);
    }
    const calls = (said.get('calls') ?? '').match(/^[a-z]\w+$/gm) ?? [];
    expect(calls).toContain('bpf');
    expect(
      calls.filter((call) => !['syscall', 'total'].includes(call) && !allowed.has(call)),
    ).toEqual([]);
  });

  inside('keeps what it stores to itself: folders 0700, files 0600', () => {
    const modes = (said.get('modes') ?? '').split('\n');
    expect(modes.length).toBeGreaterThan(1);
    for (const line of modes) expect(line).toMatch(/^(d 700|f 600) /);
  });

  inside('falls back to procfs where libbpf is missing, and says why', () => {
    expect(said.get('fallback')).toMatch(/ebpf.*libbpf\.so\.1/);
    expect(said.get('fallback')).toContain('"backend":"procfs"');
  });

  inside('leaves nothing behind when it is purged', () => {
    expect(said.get('left')).toMatch(/nobody$/);
    expect(said.get('left')?.match(/No such file/g)).toHaveLength(4);
  });

  test('lintian finds no error in it', async (context) => {
    const { code, output } = await linted;
    if (code === 127 || !built.deb) {
      process.stderr.write(
        'skipped: lintian finds no error: lintian or dpkg-deb is not installed\n',
      );
      context.skip('lintian or dpkg-deb is not installed');
    }
    expect(code, output).toBe(0);
  });
});

describe('the descriptions of the service', () => {
  test(`the systemd unit is exposed by less than ${MOST_EXPOSED / 10}`, async (context) => {
    const args = ['security', '--offline=true', `--threshold=${MOST_EXPOSED}`, '--no-pager'];
    const unit = join(OURS, 'systemd/ethogram.service');
    const { code, output } = await command('systemd-analyze', [...args, unit]);
    if (code === 127) {
      process.stderr.write('skipped: the exposure of the unit: systemd-analyze is not installed\n');
      context.skip('systemd-analyze is not installed');
    }
    process.stderr.write(`${output.trim().split('\n').at(-1)}\n`);
    expect(code, output).toBe(0);
  });

  test('the SMF manifest follows the rules, and a wrong one does not', async (context) => {
    const valid = (file: string) =>
      command('xmllint', [
        ...['--noout', '--nonet', '--dtdvalid', join(OURS, 'smf/service-bundle.dtd'), file],
      ]);
    const manifest = await valid(join(OURS, 'smf/ethogram.xml'));
    if (manifest.code === 127) {
      process.stderr.write('skipped: the SMF manifest: xmllint is not installed\n');
      context.skip('xmllint is not installed');
    }
    expect(manifest.code, manifest.output).toBe(0);
    const wrong = join(folder, 'wrong.xml');
    writeFileSync(
      wrong,
      read('smf/ethogram.xml').replace('grouping="require_all"', 'grouping="all"'),
    );
    expect((await valid(wrong)).code).not.toBe(0);
    expect(read('smf/ethogram.xml')).toContain('run --backend dtrace');
  });

  test('the container file copies what is built and runs what the Debian package installs', () => {
    const lines = read('container/Dockerfile')
      .replace(/\\\n/g, ' ')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const steps = lines.map((line) => {
      const [, word = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
      return { word, rest };
    });
    const all = (word: string) => steps.filter((s) => s.word === word).map(({ rest }) => rest);
    // What it is based on can be named by whoever builds it, and is a Debian otherwise.
    expect(steps[0]).toEqual({ word: 'ARG', rest: 'BASE=debian:trixie-slim' });
    expect(steps[1]).toEqual({ word: 'FROM', rest: ['$', '{BASE}'].join('') });
    const known = [
      'ARG',
      'FROM',
      'COPY',
      'RUN',
      'USER',
      'ENV',
      'VOLUME',
      'HEALTHCHECK',
      'ENTRYPOINT',
      'CMD',
    ];
    expect(steps.filter(({ word }) => !known.includes(word))).toEqual([]);
    for (const copy of all('COPY')) {
      expect(existsSync(join(folder, 'out', copy.split(' ')[0] ?? '')), copy).toBe(true);
    }
    expect(all('USER')).toEqual(['ethogram']);
    const [entry] = JSON.parse(all('ENTRYPOINT')[0] ?? '[]') as string[];
    expect(existsSync(join(folder, 'out/root', dirname(entry ?? '/x')))).toBe(true);
    expect(entry).toBe('/usr/bin/ethogram');
    expect(JSON.parse(all('CMD')[0] ?? '[]')[0]).toBe('run');
  });
});

describe('what others made', () => {
  test('the bill of materials names every package that the product brings along', () => {
    const bom = JSON.parse(readFileSync(built.sbom, 'utf8')) as {
      bomFormat: string;
      components: { name: string; group?: string; version: string }[];
    };
    expect(bom.bomFormat).toBe('CycloneDX');
    const named = new Set(
      bom.components.map(
        ({ group, name, version }) => `${group ? `${group}/` : ''}${name}@${version}`,
      ),
    );
    const missing = dependenciesOf(ROOMS)
      .filter(({ path }) => existsSync(join(folder, 'out/tree', path)))
      .map(({ name, version }) => `${name}@${version}`)
      .filter((name) => !named.has(name));
    expect(missing).toEqual([]);
    expect(named.size).toBeGreaterThan(80);
  });

  test('every package has a licence that asks for a notice at most', () => {
    const dependencies = dependenciesOf(ROOMS);
    expect(dependencies.length).toBeGreaterThan(80);
    expect(notAllowed(dependencies)).toEqual([]);
    const wrong = [{ ...dependencies[0], licence: 'AGPL-3.0' }] as typeof dependencies;
    expect(notAllowed(wrong)).toHaveLength(1);
  });

  test('no severe fault is known of any of them', async (context) => {
    const audit = await auditDependencies();
    if (audit.reason !== undefined) {
      process.stderr.write(`skipped: no severe fault is known: ${audit.reason}\n`);
      context.skip(audit.reason);
      return;
    }
    expect(audit.severe).toEqual([]);
  });
});

/** The JavaScript of the npm on the path. */
async function npmScript(): Promise<string> {
  for (const bin of (process.env['PATH'] ?? '').split(delimiter)) {
    const { stdout } = await command('readlink', ['-f', join(bin, 'npm')]);
    if (existsSync(stdout.trim()) && stdout.includes('npm-cli')) return stdout.trim();
  }
  throw new Error('npm is not on the path');
}
