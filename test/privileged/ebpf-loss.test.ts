import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EBPF_COLUMNS, type EbpfReading, loadEbpf } from '@ethogram/native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockKernel } from './kernel-lock.js';
import { recordWhile, whyNoEbpf } from './record-while.js';

const run = promisify(execFile);
const reason = await whyNoEbpf();
if (reason !== undefined) process.stderr.write(`skipped, no eBPF here: ${reason}\n`);

describe.skipIf(reason !== undefined)('what the eBPF backend loses', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-loss-'));
  const program = join(folder, `storm-${process.pid}`);
  const leaf = join(folder, `leaf-${process.pid}`);
  let unlock: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    unlock = await lockKernel();
    const source = fileURLToPath(new URL('programs/calls.c', import.meta.url));
    for (const path of [program, leaf]) {
      execFileSync('cc', ['-O1', '-Wall', '-pthread', '-static', '-o', path, source]);
    }
  });
  afterAll(async () => {
    await unlock?.();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is nothing in a storm of short processes, each exec counted', async () => {
    const each = 5000;
    const recorded = await recordWhile(
      async () => {
        const storm = () => run(program, ['vfork', String(each), leaf, '2']);
        await Promise.all([storm(), storm()]);
      },
      { intervalMs: 1000 },
    );
    const name = `leaf-${process.pid}`;
    expect(recorded.lost).toEqual({});
    expect(recorded.sum(name, 'process.starts')).toBe(2 * each);
    expect(recorded.sum(name, 'process.exits')).toBe(2 * each);
    expect(recorded.sum(name, 'syscall.getppid.calls')).toBe(4 * each);
    expect(recorded.sum(name, 'syscall.execve.calls')).toBe(2 * each);
  });

  it('is counted where the ring is too small, and the dead do not stay among the living', async () => {
    const { addon } = loadEbpf();
    const session = addon?.open({ ringBytes: 4096, drain: false });
    if (!session || typeof session === 'string') throw new Error(`no session: ${session}`);
    const readings: EbpfReading[] = [await session.read()];
    await run(program, ['vfork', '300', leaf, '5']);
    readings.push(await session.read(), await session.read());
    session.close();
    const lost = readings.reduce((sum, reading) => sum + (reading.lost['ring.full'] ?? 0), 0);
    const calls = readings.reduce((sum, reading) => sum + reading.lostCalls, 0);
    expect(lost).toBeGreaterThan(0);
    expect(calls).toBeGreaterThan(0);
    const last = readings.at(-1) as EbpfReading;
    const alive = EBPF_COLUMNS.indexOf('process.instances');
    const names = new Map(readings.flatMap((r) => r.facts).map((f) => [f.identity, f.comm]));
    for (const [row, identity] of last.identity.entries()) {
      if (!names.get(identity)?.startsWith('leaf-')) continue;
      expect(last.values[row * EBPF_COLUMNS.length + alive]).toBe(0);
    }
  });
});
