import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openCollector } from '@ethogram/collector';
import { EBPF_COLUMNS, EBPF_TABLES, type EbpfReading, loadEbpf } from '@ethogram/native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockKernel } from './kernel-lock.js';
import { recordWhile } from './record-while.js';
import { whyNoEbpf } from './why-no-ebpf.js';

const run = promisify(execFile);
const reason = whyNoEbpf();
if (reason !== undefined) process.stderr.write(`skipped, no eBPF here: ${reason}\n`);

/** Numbers of calls, as the kernel has them. */
const X86_64 = { getppid: 110, exitGroup: 231, clone: 56 };
const ARM64 = { getppid: 173, exitGroup: 94, clone: 220 };

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

  // 5,000 processes a second for ten seconds, or as many as this machine starts in that time.
  const STORM = { processes: 50_000, ns: 10_000_000_000n, together: 2, each: 500 };

  it('is nothing in a storm of short processes, each exec counted', async () => {
    const startedNs = process.hrtime.bigint();
    const elapsedNs = () => process.hrtime.bigint() - startedNs;
    let made = 0;
    const recorded = await recordWhile(
      async () => {
        const storm = async () => {
          while (made < STORM.processes && elapsedNs() < STORM.ns) {
            made += STORM.each;
            await run(program, ['vfork', String(STORM.each), leaf, '2']);
          }
        };
        await Promise.all(Array.from({ length: STORM.together }, storm));
      },
      { intervalMs: 1000 },
    );
    const seconds = Number(elapsedNs()) / 1e9;
    process.stderr.write(`${made} processes in ${seconds.toFixed(1)} s\n`);
    expect(made).toBeGreaterThan(STORM.each);
    const name = `leaf-${process.pid}`;
    expect(recorded.lost).toEqual({});
    expect(recorded.sum(name, 'process.starts')).toBe(made);
    expect(recorded.sum(name, 'process.exits')).toBe(made);
    expect(recorded.sum(name, 'syscall.getppid.calls')).toBe(2 * made);
    expect(recorded.sum(name, 'syscall.execve.calls')).toBe(made);
  });

  it('is nothing where the counters of a thread can be made at a later call only', async () => {
    const { addon } = loadEbpf();
    // A process attempts it at its first call, at its end and, where the first failed, at the next
    // call: failing every third attempt falls into step with the first calls, whatever the start.
    const session = addon?.open({ failStorage: 3 });
    if (!session || typeof session === 'string') throw new Error(`no session: ${session}`);
    const readings: EbpfReading[] = [await session.read()];
    await run(program, ['brief', '300']);
    readings.push(await session.read(), await session.read());
    session.close();
    const facts = new Map(readings.flatMap((r) => r.facts).map((f) => [f.identity, f.comm]));
    const calls = new Map<number, number>();
    for (const reading of readings) {
      for (const [row, identity] of reading.identity.entries()) {
        if (!facts.get(identity)?.startsWith('storm-')) continue;
        const end = reading.cellStart[row + 1] ?? 0;
        for (let cell = reading.cellStart[row] ?? 0; cell < end; cell++) {
          if (reading.cellTable[cell] !== EBPF_TABLES.native) continue;
          const call = reading.cellSlot[cell] ?? 0;
          calls.set(call, (calls.get(call) ?? 0) + (reading.cellFirst[cell] ?? 0));
        }
      }
    }
    const late = readings.reduce((sum, reading) => sum + reading.lateStorage, 0);
    expect(late).toBeGreaterThan(10);
    const numbers = process.arch === 'arm64' ? ARM64 : X86_64;
    expect(calls.get(numbers.getppid)).toBe(300);
    expect(calls.get(numbers.exitGroup)).toBe(301);
    expect(calls.get(numbers.clone)).toBe(300);
  });

  it('is counted where a budget makes the maps too small, which are as large as it says', async () => {
    const budget = 4 << 20;
    const source = await openCollector({ backend: 'ebpf', kernelMemory: budget });
    const notes = source.description.notes?.join() ?? '';
    await source.close();
    expect(notes).toMatch(/maps of at most [23]\.\d MiB \(ring \d\.\d MiB, \d+ connections/);
    const { addon } = loadEbpf();
    const session = addon?.open({ budgetBytes: budget, pidMax: 4_194_304 });
    if (!session || typeof session === 'string') throw new Error(`no session: ${session}`);
    const { memory } = session;
    const opened = addon?.open({ pidMax: 4_194_304 });
    if (!opened || typeof opened === 'string') throw new Error(`no session: ${opened}`);
    const whole = opened.memory;
    opened.close();
    session.close();
    expect(memory.bytes).toBeLessThanOrEqual(budget);
    expect(memory.flows).toBeLessThan(whole.flows);
    expect(memory.ringBytes).toBeLessThan(whole.ringBytes);
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
