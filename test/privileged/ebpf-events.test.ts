import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockKernel } from './kernel-lock.js';
import { recordWhile } from './record-while.js';
import { whyNoEbpf } from './why-no-ebpf.js';

const reason = whyNoEbpf();
if (reason !== undefined) process.stderr.write(`skipped, no eBPF here: ${reason}\n`);
const limited = limitedGroup();
if (limited === undefined) process.stderr.write('skipped: no control group to limit memory by\n');
const unified = unifiedRoot();
if (unified === undefined) process.stderr.write('skipped: no unified control groups\n');

describe.skipIf(reason !== undefined)('events seen by eBPF', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-events-'));
  let unlock: (() => Promise<void>) | undefined;
  let programs = 0;

  function program(): { readonly path: string; readonly name: string } {
    const name = `event-${process.pid}-${programs++}`;
    const path = join(folder, name);
    copyFileSync(join(folder, 'calls'), path);
    return { path, name };
  }

  /** Runs a program inside a control group. */
  async function runIn(group: string, path: string, args: readonly string[]): Promise<void> {
    const script = `echo $$ > ${join(group, 'cgroup.procs')} && exec "$@"`;
    const child = spawn('sh', ['-c', script, 'sh', path, ...args], { stdio: 'ignore' });
    await once(child, 'exit');
  }

  beforeAll(async () => {
    unlock = await lockKernel();
    const source = fileURLToPath(new URL('programs/calls.c', import.meta.url));
    execFileSync('cc', ['-O1', '-Wall', '-pthread', '-o', join(folder, 'calls'), source]);
  });
  afterAll(async () => {
    await unlock?.();
    if (limited !== undefined) rmdirSync(limited);
    rmSync(folder, { recursive: true, force: true });
  });

  it.skipIf(limited === undefined)('marks who was killed for want of memory', async () => {
    const { path, name } = program();
    const recorded = await recordWhile(async () => {
      await runIn(limited ?? '', path, ['hog', '64']);
      await delay(500);
    });
    const kills = recorded.ticks.flatMap((t) => t.markers.filter((m) => m.kind === 'oom-kill'));
    expect(kills.map((marker) => marker.source)).toEqual([{ kind: 'process', name }]);
  });

  it.skipIf(unified === undefined)('names by unit, and marks its start and its stop', async () => {
    const { path, name } = program();
    const unit = `ethogram-test-${process.pid}.service`;
    const group = join(unified ?? '', unit);
    mkdirSync(group);
    try {
      const recorded = await recordWhile(async () => {
        await runIn(group, path, ['restart']);
        await delay(500);
        await runIn(group, path, ['leaf', '7']);
        await delay(500);
      });
      expect(recorded.sum(`${unit}/${name}`, 'syscall.getppid.calls')).toBe(7);
      const markers = recorded.ticks.flatMap((tick) => tick.markers);
      expect(markers.map((m) => m.kind)).toEqual(
        expect.arrayContaining(['unit-start', 'unit-stop']),
      );
    } finally {
      rmdirSync(group);
    }
  });

  it.skipIf(unified === undefined)('marks both for a unit that is gone within a tick', async () => {
    const { path } = program();
    const unit = `ethogram-brief-${process.pid}.service`;
    const group = join(unified ?? '', unit);
    mkdirSync(group);
    try {
      const recorded = await recordWhile(
        async () => {
          await runIn(group, path, ['leaf', '7']);
          await delay(2000);
        },
        { intervalMs: 1000 },
      );
      const markers = recorded.ticks.flatMap((tick) => tick.markers);
      const own = markers.map(({ text }) => text).filter((text) => text.startsWith(unit));
      expect(own).toEqual([`${unit} started`, `${unit} stopped`]);
    } finally {
      rmdirSync(group);
    }
  });

  it('marks an executable that became another file', async () => {
    const { path, name } = program();
    const recorded = await recordWhile(async () => {
      const first = spawn(path, ['restart'], { stdio: 'ignore' });
      await once(first, 'exit');
      await delay(400);
      rmSync(path);
      copyFileSync(join(folder, 'calls'), path);
      execFileSync(path, ['leaf', '1']);
      await delay(400);
    });
    const versions = recorded.ticks.flatMap((t) =>
      t.markers.filter((m) => m.kind === 'new-version'),
    );
    expect(versions.map((marker) => marker.source?.name)).toEqual([name]);
  });
});

/** A new control group of at most 16 MiB, of whichever version knows memory. */
function limitedGroup(): string | undefined {
  const name = `ethogram-test-${process.pid}`;
  for (const [root, file] of [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
    ['/sys/fs/cgroup', 'memory.max'],
  ]) {
    const group = join(root ?? '', name);
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    try {
      writeFileSync(join(group, file ?? ''), String(16 << 20));
      return group;
    } catch {
      rmdirSync(group);
    }
  }
  return undefined;
}

function unifiedRoot(): string | undefined {
  for (const root of ['/sys/fs/cgroup/unified', '/sys/fs/cgroup']) {
    const probe = join(root, `ethogram-probe-${process.pid}`);
    try {
      mkdirSync(probe);
      writeFileSync(join(probe, 'cgroup.procs'), '', { flag: 'r+' });
      rmdirSync(probe);
      return root;
    } catch {
      rmSync(probe, { recursive: true, force: true });
    }
  }
  return undefined;
}
