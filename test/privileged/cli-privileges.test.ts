import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { unpackTicks } from '@ethogram/core';
import { openStore } from '@ethogram/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ETHOGRAM, ethogram, jsonLines } from '../e2e/binary.js';
import { lockKernel } from './kernel-lock.js';
import { whyNoEbpf } from './why-no-ebpf.js';

const reason = whyNoEbpf();
if (reason !== undefined) process.stderr.write(`skipped, no eBPF here: ${reason}\n`);

const NOBODY = 65534;
const LOADS = 'bpf,+perfmon';
/** Root with nothing but what loading takes, and what becoming somebody else takes. */
const LITTLE_ROOT = [
  ...['setpriv', '--inh-caps', '-all'],
  ...['--bounding-set', `-all,+${LOADS},+setuid,+setgid`],
];
/** As a systemd unit with `User=` and `AmbientCapabilities=CAP_BPF CAP_PERFMON` runs. */
const AMBIENT = [
  ...['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'],
  ...['--inh-caps', `-all,+${LOADS}`, '--ambient-caps', `-all,+${LOADS}`],
  ...['--bounding-set', `-all,+${LOADS}`],
];
const unreadable = whyNobodyCannotRun();
if (unreadable !== undefined) process.stderr.write(`skipped, nobody cannot run: ${unreadable}\n`);

interface Threads {
  readonly count: number;
  readonly uids: readonly string[];
  readonly capabilities: readonly string[];
}

describe.skipIf(reason !== undefined)('what the binary keeps of its privileges', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-cli-drop-'));
  const name = `dropped-${process.pid}`;
  let unlock: (() => Promise<void>) | undefined;
  let runs = 0;

  beforeAll(async () => {
    unlock = await lockKernel();
    // Whoever we become has to get to its store.
    execFileSync('chmod', ['755', folder]);
    const source = fileURLToPath(new URL('programs/calls.c', import.meta.url));
    execFileSync('cc', ['-O1', '-Wall', '-pthread', '-o', join(folder, name), source]);
  });
  afterAll(async () => {
    await unlock?.();
    rmSync(folder, { recursive: true, force: true });
  });

  function newFolder(owner: number): string {
    const path = join(folder, `store-${runs++}`);
    mkdirSync(path);
    chownSync(path, owner, owner);
    return path;
  }

  /** Records while the test program runs, and looks at all threads meanwhile. */
  async function record(prefix: readonly string[], store: string, args: readonly string[]) {
    const line = [...prefix, process.execPath, ETHOGRAM, 'record', '--interval', '200ms', ...args];
    const [command = '', ...rest] = line;
    const env = { PATH: process.env['PATH'], ETHOGRAM_STORE: `lmdb:${store}`, HOME: store };
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const ended = once(child, 'exit');
    for (let i = 0; i < 600 && !said.includes('measuring with') && child.exitCode === null; i++) {
      await delay(50);
    }
    const before = threadsOf(child);
    await delay(600);
    execFileSync(join(folder, name), ['spread', '3', '2', '100']);
    await delay(600);
    const threads = threadsOf(child);
    child.kill('SIGINT');
    await ended;
    return { said, threads: [before, threads], ticks: await ticksIn(store) };
  }

  async function ticksIn(path: string) {
    const store = await openStore(`lmdb:${path}`, { mode: 'read' });
    try {
      const ticks = [];
      for await (const block of store.samples.read({ recording: 'live' })) {
        ticks.push(...unpackTicks(block));
      }
      const calls = ticks
        .flatMap((tick) => tick.samples.filter((sample) => sample.name === name))
        .reduce((sum, sample) => sum + (sample.values.get('syscall.getppid.calls') ?? 0), 0);
      const samples = ticks.flatMap((tick) => tick.samples);
      const timed = samples
        .filter((sample) => sample.name === name)
        .flatMap((sample) => [
          ...(sample.histograms?.get('syscall.getppid.latency')?.counts.values() ?? []),
        ])
        .reduce((sum, count) => sum + count, 0);
      const own = samples.filter((sample) => sample.attributes?.['self'] === 'true');
      return {
        count: ticks.length,
        calls,
        timed,
        own: [...new Set(own.map((sample) => sample.name))],
        links: ticks.flatMap((tick) => tick.links).length,
      };
    } finally {
      await store.close();
    }
  }

  it.each<[string, readonly string[], number, readonly string[], number]>([
    ['root, in a store of root: root without capabilities', [], 0, [], 0],
    ['root, in a store of somebody: that somebody', [], NOBODY, [], NOBODY],
    [
      'root, told to become somebody: that somebody',
      [],
      NOBODY,
      ['--user', 'nobody', '--latency'],
      NOBODY,
    ],
    ['root with CAP_BPF and CAP_PERFMON alone', LITTLE_ROOT, 0, [], 0],
  ])(
    'is nothing in any thread after loading, and counting goes on, as %s',
    async (_, prefix, owner, args, uid) => {
      const store = newFolder(owner);
      const { said, threads, ticks } = await record(prefix, store, ['--backend', 'ebpf', ...args]);
      for (const seen of threads) expectNothing(seen, uid, said);
      expect(ticks.calls, said).toBe(3 * 2 * 100);
      // In a store, latencies come back as they went in; without the flag there are none.
      expect(ticks.timed).toBe(args.includes('--latency') ? 3 * 2 * 100 : 0);
      expect(ticks.own).toEqual(['self/ethogram']);
      expect(ticks.links).toBeGreaterThan(0);
      expect(ticks.count).toBeGreaterThan(1);
    },
  );

  it.skipIf(unreadable !== undefined)(
    'is nothing either where a unit gave CAP_BPF and CAP_PERFMON to a user',
    async () => {
      const store = newFolder(NOBODY);
      const { said, threads, ticks } = await record(AMBIENT, store, ['--backend', 'ebpf']);
      for (const seen of threads) expectNothing(seen, NOBODY, said);
      expect(ticks.calls, said).toBe(3 * 2 * 100);
    },
  );

  it('says so where procfs hides everybody else from whom it has become', async () => {
    // A mount of its own: the options of the one that is there are everybody's.
    const script = 'mount -t proc -o hidepid=invisible proc /proc && exec "$@"';
    const hidden = ['unshare', '--mount', 'sh', '-c', script, 'sh'];
    const { said, ticks } = await record(hidden, newFolder(NOBODY), ['--backend', 'procfs']);
    expect(said).toMatch(/COLLECT-2004: procfs at \/proc hides .*hidepid=invisible/);
    expect(ticks.count, said).toBeGreaterThan(1);
    const kept = ['--backend', 'procfs', '--keep-ptrace'];
    expect((await record(hidden, newFolder(0), kept)).said).not.toContain('hidepid');
  });

  it('doctor looks at a store as whoever records into it, who alone may', async () => {
    const store = newFolder(NOBODY);
    chmodSync(store, 0o700);
    await record([], store, ['--backend', 'procfs']);
    const { code, stdout, stderr } = await ethogram('doctor', '--store', `lmdb:${store}`);
    const findings = jsonLines<{ name: string; ok: boolean; found: string }>(stdout);
    const finding = findings.find(({ name }) => name === 'store');
    expect(finding, stderr).toMatchObject({ ok: true, found: `lmdb:${store}: 1 recording` });
    expect(code).toBe(0);
  });

  it('is nothing with procfs, which says what it cannot read, unless two capabilities are asked for', async () => {
    const blind = await record([], newFolder(0), ['--backend', 'procfs']);
    for (const seen of blind.threads) expectNothing(seen, 0, blind.said);
    expect(blind.said).toMatch(/COLLECT-2004: the I\/O and descriptors of \d+ of \d+ processes/);
    expect(blind.ticks.own).toEqual(['self/ethogram']);
    expect(blind.ticks.count).toBeGreaterThan(1);
    const seeing = await record([], newFolder(0), ['--backend', 'procfs', '--keep-ptrace']);
    // CAP_SYS_PTRACE is bit 19, CAP_DAC_READ_SEARCH bit 2.
    for (const seen of seeing.threads) {
      expect(new Set(seen.capabilities)).toEqual(new Set(['0', (2 ** 19 + 2 ** 2).toString(16)]));
    }
    // A process of another user namespace, or one that is just being executed, stays closed.
    expect(denied(seeing.said)).toBeLessThan(denied(blind.said) / 4);
  });
});

/** Of how many processes the I/O may not be read. */
function denied(said: string): number {
  return Number(/COLLECT-2004: the I\/O and descriptors of (\d+) of/.exec(said)?.[1] ?? 0);
}

function expectNothing(threads: Threads, uid: number, said: string): void {
  expect(threads.count, said).toBeGreaterThan(4);
  expect(threads.capabilities, said).toEqual(['0']);
  expect(threads.uids).toEqual([String(uid)]);
}

/** Users and capabilities of all threads: inheritable, permitted, effective and ambient. */
function threadsOf(child: ChildProcess): Threads {
  const tasks = `/proc/${child.pid}/task`;
  const all = readdirSync(tasks).map((task) => readFileSync(`${tasks}/${task}/status`, 'utf8'));
  const sets = all.flatMap((text) => [...text.matchAll(/^Cap(?:Inh|Prm|Eff|Amb):\s+(\w+)$/gm)]);
  const uids = all.flatMap((text) => (/^Uid:\s+(.*)$/m.exec(text)?.[1] ?? '').split(/\s+/));
  return {
    count: all.length,
    uids: [...new Set(uids)],
    capabilities: [...new Set(sets.map(([, set = '']) => BigInt(`0x${set}`).toString(16)))],
  };
}

/** Why a user without rights cannot run the binary of this checkout; nothing where it can. */
function whyNobodyCannotRun(): string | undefined {
  try {
    const args = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'];
    execFileSync('setpriv', [...args, process.execPath, ETHOGRAM, '--version'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return (error as Error).message.trim().split('\n')[0];
  }
}
