import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceSample, Tick } from '@ethogram/core';
import { addonFile } from '@ethogram/native';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCollector } from '../../src/open-collector.js';
import type { SampleSource } from '../../src/sample-source.js';

/** Ticks that may go by before what a child did must have been seen. */
const PATIENCE = 200;

describe('the procfs backend on this host', () => {
  let folder = '';
  let source: SampleSource | undefined;
  const children: ChildProcessWithoutNullStreams[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ethogram-real-'));
  });
  afterEach(async () => {
    await source?.close();
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  /** A program under a name that nothing else on this host has. */
  function program(original: string): string {
    const path = join(folder, `${folder.slice(-6)}-${original}`);
    copyFileSync(`/bin/${original}`, path);
    return path;
  }
  const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

  /** A shell that reads commands, and says `done` after each. */
  function shell(path: string): ChildProcessWithoutNullStreams {
    const loop = 'while read -r command; do eval "$command"; echo done; done';
    const child = spawn(path, ['-c', loop], { stdio: 'pipe' });
    children.push(child);
    return child;
  }
  async function run(child: ChildProcessWithoutNullStreams, command: string): Promise<void> {
    child.stdin.write(`${command}\n`);
    await once(child.stdout, 'data');
  }

  async function watch(match: string): Promise<AsyncIterator<Tick>> {
    source = await openCollector({ backend: 'procfs', intervalMs: 20, match });
    const ticks = source.ticks(new AbortController().signal)[Symbol.asyncIterator]();
    await ticks.next();
    return ticks;
  }

  /** Sums counters of one source over the ticks until `enough` of them; gauges are the last. */
  async function sum(
    ticks: AsyncIterator<Tick>,
    name: string,
    enough: (sums: ReadonlyMap<string, number>) => boolean,
  ): Promise<{ sums: Map<string, number>; last: SourceSample | undefined }> {
    const sums = new Map<string, number>();
    for (let tick = 0; tick < PATIENCE; tick++) {
      const { value } = (await ticks.next()) as { value: Tick };
      const last = value.samples.find((sample) => sample.name === name);
      for (const [metric, one] of last?.values ?? []) {
        sums.set(metric, (sums.get(metric) ?? 0) + one);
      }
      if (enough(sums)) return { sums, last };
    }
    throw new Error(`not seen in ${PATIENCE} ticks: ${JSON.stringify([...sums])}`);
  }

  it('counts writes and their bytes exactly', async () => {
    const path = program('bash');
    const child = shell(path);
    await run(child, 'exec 3>/dev/null');
    const ticks = await watch(nameOf(path));
    await run(child, 'for ((i = 0; i < 1000; i++)); do printf 0123456789 >&3; done');
    const { sums } = await sum(ticks, nameOf(path), (s) => (s.get('io.write.ops') ?? 0) >= 1001);
    // And the five bytes of "done".
    expect(sums.get('io.write.ops')).toBe(1001);
    expect(sums.get('io.write.bytes')).toBe(10_005);
  });

  it('counts CPU time to the nanosecond and switches exactly, as the scheduler has them', async () => {
    const path = program('bash');
    const child = shell(path);
    await run(child, ':');
    const scheduled = () =>
      readFileSync(`/proc/${child.pid}/schedstat`, 'utf8').split(' ').map(Number);
    // The baseline lies within the first tick, during which the child does nothing.
    const ticks = await watch(nameOf(path));
    const [ranBefore = 0, , switchesBefore = 0] = scheduled();
    await run(child, 'for ((i = 0; i < 100000; i++)); do :; done');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [ran = 0, , switches = 0] = scheduled();
    const { sums } = await sum(
      ticks,
      nameOf(path),
      (s) => (s.get('cpu.ns') ?? 0) >= ran - ranBefore,
    );
    expect(sums.get('cpu.ns')).toBe(ran - ranBefore);
    expect(sums.get('sched.switches')).toBe(switches - switchesBefore);
  });

  it('does not count what a child read again when its parent reaps it', async () => {
    const [shellPath, catPath] = [program('bash'), program('cat')];
    const parent = shell(shellPath);
    await run(parent, ':');
    const ticks = await watch(`${folder.slice(-6)}-*`);
    parent.stdin.write(`exec 4> >(exec ${catPath} >/dev/null); child=$!; echo done\n`);
    await once(parent.stdout, 'data');
    await run(parent, 'for ((i = 0; i < 1000; i++)); do printf %0100d 7 >&4; done');
    const fed = await sum(ticks, nameOf(catPath), (s) => (s.get('io.read.bytes') ?? 0) >= 100_000);
    expect(fed.sums.get('process.starts')).toBe(1);
    await run(parent, 'exec 4>&-; wait $child');
    let parentRead = 0;
    let exits = 0;
    for (let tick = 0; tick < 10; tick++) {
      const { value } = (await ticks.next()) as { value: Tick };
      const of = (path: string, metric: string) =>
        value.samples.find((s) => s.name === nameOf(path))?.values.get(metric) ?? 0;
      parentRead += of(shellPath, 'io.read.bytes');
      exits += of(catPath, 'process.exits');
    }
    expect(exits).toBe(1);
    expect(parentRead).toBeLessThan(10_000);
  });

  it('sees instances come and go, with their threads, memory and descriptors', async () => {
    const path = program('bash');
    const first = shell(path);
    await run(first, ':');
    const ticks = await watch(nameOf(path));
    const second = shell(path);
    await run(second, 'exec 5</dev/null 6</dev/null');
    const both = await sum(ticks, nameOf(path), (s) => (s.get('process.starts') ?? 0) >= 1);
    expect(both.last?.values.get('process.instances')).toBe(2);
    expect(both.last?.values.get('thread.count')).toBe(2);
    expect(both.last?.values.get('memory.rss')).toBeGreaterThan(1_000_000);
    expect(both.last?.attributes?.['exe']).toBe(path);
    second.kill('SIGKILL');
    const one = await sum(ticks, nameOf(path), (s) => (s.get('process.exits') ?? 0) >= 1);
    expect(one.last?.values.get('process.instances')).toBe(1);
  });

  it('counts the descriptors that are open', async () => {
    const path = program('bash');
    const child = shell(path);
    await run(child, 'exec 5</dev/null 6</dev/null');
    const ticks = await watch(nameOf(path));
    const { last } = await sum(ticks, nameOf(path), (s) => s.has('fd.count'));
    expect(last?.values.get('fd.count')).toBe(readdirSync(`/proc/${child.pid}/fd`).length);
  });

  it('describes a source by its executable: path, file and build id', async () => {
    const path = program('bash');
    await run(shell(path), ':');
    const ticks = await watch(nameOf(path));
    const { last } = await sum(ticks, nameOf(path), (s) => s.has('fd.count'));
    const { dev, ino, mtimeNs } = statSync(path, { bigint: true });
    const notes = execFileSync('readelf', ['-n', path], { encoding: 'utf8' });
    expect(last?.attributes).toEqual({
      executable: nameOf(path),
      exe: path,
      file: `${dev}:${ino}:${mtimeNs}`,
      buildId: /Build ID: ([0-9a-f]+)/.exec(notes)?.[1],
    });
  });

  it('works without rights, and says of whom it sees less', async () => {
    const uid = process.getuid?.();
    if (uid !== 0) {
      process.stderr.write('skipped, only root can give up its rights: not root\n');
      return;
    }
    const copy = join(folder, 'addon.node');
    copyFileSync(addonFile('procfs'), copy);
    chmodSync(folder, 0o755);
    const script = `
      const { ProcessScanner } = require(${JSON.stringify(copy)});
      const { flags, pid, values } = new ProcessScanner('/proc').next();
      const own = pid.indexOf(process.pid);
      const other = pid.indexOf(process.ppid);
      console.log(JSON.stringify([flags[own] & 6, flags[other] & 2, values[other * 13 + 11] > 0]));`;
    const output = execFileSync(process.execPath, ['-e', script], {
      uid: 65_534,
      gid: 65_534,
      cwd: '/',
      encoding: 'utf8',
    });
    // Of its own it sees I/O and descriptors, of ours no I/O, but our memory.
    expect(JSON.parse(output)).toEqual([0, 2, true]);
  });

  it('marks the source that we ourselves are', async () => {
    const ticks = await watch('*');
    const { value } = (await ticks.next()) as { value: Tick };
    const self = value.samples.filter((sample) => sample.attributes?.['self'] === 'true');
    expect(self.map((sample) => sample.attributes?.['exe'])).toEqual([process.execPath]);
  });
});
