import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { quantizeScheme } from '@ethogram/core';
import { EBPF_TABLES, loadEbpf } from '@ethogram/native';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockKernel } from './kernel-lock.js';
import { recordWhile } from './record-while.js';
import { whyNoEbpf } from './why-no-ebpf.js';

const run = promisify(execFile);
const bucketOf = (bytes: number): number => quantizeScheme().bucketOf(bytes);
const PERF = ['stat', '-x,', '-e', 'raw_syscalls:sys_exit'];
const noPerf = whyNoPerf();
if (noPerf !== undefined) process.stderr.write(`skipped, no perf here: ${noPerf}\n`);
/** exit and exit_group, by the CPU's own table. */
const ENDS = process.arch === 'arm64' ? [93, 94] : [60, 231];
const NAMESPACE = ['--pid', '--fork', '--mount-proc'];
const noSmallPids = whyNoSmallPids();
if (noSmallPids !== undefined) process.stderr.write(`skipped, no small PIDs: ${noSmallPids}\n`);
const reason = whyNoEbpf();
if (reason !== undefined) process.stderr.write(`skipped, no eBPF here: ${reason}\n`);

describe.skipIf(reason !== undefined)('system calls counted by eBPF', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-calls-'));
  let unlock: (() => Promise<void>) | undefined;
  let programs = 0;

  /** The test program under a name of its own, so that a test counts nothing of another. */
  function program(): { readonly path: string; readonly name: string } {
    const name = `calls-${process.pid}-${programs++}`;
    const path = join(folder, name);
    copyFileSync(join(folder, 'calls'), path);
    return { path, name };
  }

  beforeAll(async () => {
    unlock = await lockKernel();
    const source = fileURLToPath(new URL('programs/calls.c', import.meta.url));
    execFileSync('cc', ['-O1', '-Wall', '-pthread', '-o', join(folder, 'calls'), source]);
  });
  afterAll(async () => {
    await unlock?.();
    rmSync(folder, { recursive: true, force: true });
  });

  it('counts every call, error and EAGAIN of every thread of every process', async () => {
    const { path, name } = program();
    const recorded = await recordWhile(async () => {
      await run(path, ['spread', '5', '7', '300']);
    });
    const each = 5 * 7 * 300;
    expect(recorded.lost).toEqual({});
    expect(recorded.sum(name, 'syscall.getppid.calls')).toBe(each);
    expect(recorded.sum(name, 'syscall.getppid.errors')).toBe(0);
    expect(recorded.sum(name, 'syscall.close.errors')).toBe(each);
    expect(recorded.sum(name, 'syscall.read.again')).toBe(each);
    expect(recorded.sum(name, 'syscall.read.errors')).toBe(0);
    expect(recorded.sum(name, 'syscall.exit.calls')).toBe(5 * 7);
    expect(recorded.sum(name, 'syscall.exit_group.calls')).toBe(5 + 1);
    expect(recorded.sum(name, 'process.starts')).toBe(5 + 1);
    expect(recorded.sum(name, 'process.exits')).toBe(5 + 1);
  });

  it('counts the return of fork in the parent alone', async () => {
    const { path, name } = program();
    const recorded = await recordWhile(async () => {
      await run(path, ['brief', '500']);
    });
    expect(recorded.lost).toEqual({});
    expect(recorded.sum(name, 'syscall.clone.calls')).toBe(500);
    expect(recorded.sum(name, 'syscall.getppid.calls')).toBe(500);
    expect(recorded.sum(name, 'syscall.exit_group.calls')).toBe(501);
    expect(recorded.sum(name, 'process.starts')).toBe(501);
  });

  it('books what ran before an exec under the old name', async () => {
    const [before, after] = [program(), program()];
    const recorded = await recordWhile(async () => {
      for (let i = 0; i < 50; i++) await run(before.path, ['exec', '30', after.path, '4']);
    });
    expect(recorded.lost).toEqual({});
    expect(recorded.sum(before.name, 'syscall.getppid.calls')).toBe(50 * 30);
    expect(recorded.sum(after.name, 'syscall.getppid.calls')).toBe(50 * 4);
    expect(recorded.sum(after.name, 'syscall.execve.calls')).toBe(50);
    expect(recorded.sum(before.name, 'process.exits')).toBe(50);
    expect(recorded.sum(after.name, 'process.starts')).toBe(50);
  });

  it('loses nothing when a thread that is not the leader execs', async () => {
    const [before, after] = [program(), program()];
    const recorded = await recordWhile(async () => {
      for (let i = 0; i < 50; i++) await run(before.path, ['thread-exec', '30', after.path, '4']);
    });
    expect(recorded.lost).toEqual({});
    expect(recorded.sum(before.name, 'syscall.getppid.calls')).toBe(50 * 60);
    expect(recorded.sum(after.name, 'syscall.getppid.calls')).toBe(50 * 4);
    expect(recorded.sum(before.name, 'process.exits')).toBe(50);
    expect(recorded.sum(after.name, 'process.exits')).toBe(50);
  });

  it('goes on counting threads whose leader is gone', async () => {
    const { path, name } = program();
    const recorded = await recordWhile(async () => {
      await run(path, ['leader-exit', '200', '6']);
    });
    expect(recorded.sum(name, 'syscall.getppid.calls')).toBe(200 * 6);
    expect(recorded.sum(name, 'syscall.exit.calls')).toBe(7);
    expect(recorded.sum(name, 'process.exits')).toBe(1);
  });

  it.each(['vfork', 'spawn'])('charges a child of %s to the program it became', async (mode) => {
    const [parent, leaf] = [program(), program()];
    const recorded = await recordWhile(async () => {
      await run(parent.path, [mode, '100', leaf.path, '3']);
    });
    expect(recorded.lost).toEqual({});
    expect(recorded.sum(leaf.name, 'syscall.getppid.calls')).toBe(300);
    expect(recorded.sum(parent.name, 'syscall.getppid.calls')).toBe(0);
    expect(recorded.sum(leaf.name, 'process.exits')).toBe(100);
  });

  it('counts returns from signal handlers, whose number the kernel does not keep', async () => {
    const { path, name } = program();
    const recorded = await recordWhile(async () => {
      await run(path, ['signals', '250']);
    });
    expect(recorded.sum(name, 'syscall.rt_sigreturn.calls')).toBe(250);
    expect(recorded.sum(name, 'syscall.rt_sigreturn.errors')).toBe(0);
    expect(recorded.sum(name, 'syscall.tgkill.calls')).toBe(250);
  });

  it('counts an interrupted call that the kernel restarts as a restart, not an error', async () => {
    const { path, name } = program();
    const recorded = await recordWhile(async () => {
      await run(path, ['restart']);
    });
    expect(recorded.sum(name, 'syscall.nanosleep.restarts')).toBe(1);
    expect(recorded.sum(name, 'syscall.nanosleep.errors')).toBe(0);
    expect(recorded.sum(name, 'syscall.restart_syscall.calls')).toBe(1);
  });

  it('knows how much each read and write moved', async () => {
    const { path, name } = program();
    const recorded = await recordWhile(async () => {
      await run(path, ['transfer', '700']);
    });
    expect(recorded.bucket(name, 'io.read.size', bucketOf(5000))).toBe(700);
    expect(recorded.bucket(name, 'io.read.size', bucketOf(0))).toBe(700);
    expect(recorded.bucket(name, 'io.write.size', bucketOf(300))).toBe(700);
    expect(recorded.sum(name, 'io.write.ops')).toBe(700);
    expect(recorded.sum(name, 'io.write.bytes')).toBe(700 * 300);
    const reads =
      recorded.sum(name, 'syscall.read.calls') + recorded.sum(name, 'syscall.pread64.calls');
    expect(recorded.sum(name, 'io.read.ops')).toBe(reads);
  });

  it('measures how long each call took, where it is asked to', async () => {
    const { path, name } = program();
    const recorded = await recordWhile(
      async () => {
        await run(path, ['restart']);
        await run(path, ['leaf', '500']);
      },
      { latency: true },
    );
    const buckets = Array.from({ length: 64 }, (_, k) => 64 + k);
    const timed = (call: string, from = 64) =>
      buckets
        .filter((bucket) => bucket >= from)
        .reduce((sum, b) => sum + recorded.bucket(name, `syscall.${call}.latency`, b), 0);
    expect(timed('getppid')).toBe(500);
    // It slept 50 ms before it was stopped: 2^25 ns are 34 ms.
    expect(timed('nanosleep', 64 + 25)).toBe(1);
    expect(recorded.lost).toEqual({});
  });

  it('counts operations of io_uring apart from the calls that hand them over', async () => {
    const { path, name } = program();
    const recorded = await recordWhile(async () => {
      await run(path, ['uring', '1600']);
    });
    expect(recorded.sum(name, 'uring.submits')).toBe(1600);
    expect(recorded.sum(name, 'uring.completions')).toBe(1600);
    expect(recorded.sum(name, 'syscall.io_uring_enter.calls')).toBe(100);
  });

  it.skipIf(noSmallPids !== undefined)('never mixes programs whose PIDs come again', async () => {
    const [first, second, leaf] = [program(), program(), program()];
    // Below 300 the kernel gives no PID twice: 40 are left for 1,800 processes.
    const script = [
      'echo 340 > /proc/sys/kernel/pid_max',
      `${first.path} vfork 900 ${leaf.path} 3 & ${second.path} brief 900 & wait`,
    ].join('\n');
    const recorded = await recordWhile(async () => {
      await run('unshare', [...NAMESPACE, 'sh', '-c', script]);
    });
    expect(recorded.lost).toEqual({});
    expect(recorded.sum(leaf.name, 'syscall.getppid.calls')).toBe(900 * 3);
    expect(recorded.sum(second.name, 'syscall.getppid.calls')).toBe(900);
    expect(recorded.sum(first.name, 'syscall.getppid.calls')).toBe(0);
    expect(recorded.sum(leaf.name, 'process.exits')).toBe(900);
    expect(recorded.sum(second.name, 'process.exits')).toBe(901);
  });

  it.skipIf(noPerf !== undefined)('agrees with perf on all calls of the machine', async () => {
    const { path } = program();
    const session = loadEbpf().addon?.open({});
    if (!session || typeof session === 'string') throw new Error(`no session: ${session}`);
    await session.read();
    // Long enough for what happens between the two starts and stops to weigh little.
    const counted = await run('perf', [...PERF, '-a', path, 'spread', '8', '4', '20000']);
    const reading = await session.read();
    session.close();
    const byPerf = Number(counted.stderr.trim().split(',')[0]);
    let calls = 0;
    let ends = 0;
    for (const [cell, table] of reading.cellTable.entries()) {
      if (table !== EBPF_TABLES.native && table !== EBPF_TABLES.compat) continue;
      const count = reading.cellFirst[cell] ?? 0;
      calls += count;
      if (table === EBPF_TABLES.native && ENDS.includes(reading.cellSlot[cell] ?? -1))
        ends += count;
    }
    expect(reading.lostCalls).toBe(0);
    // perf counts the return of each fork in the child too, and no call that never returns.
    const returned = calls - ends + reading.childReturns;
    // Ours starts before and ends after: with what perf itself does to begin and to end.
    expect(returned).toBeGreaterThanOrEqual(byPerf);
    expect(returned).toBeLessThan(byPerf * 1.03);
  });

  it.skipIf(noPerf !== undefined)('agrees with perf on every single call', async () => {
    const { path, name } = program();
    let byPerf = 0;
    const recorded = await recordWhile(async () => {
      const counted = await run('perf', [...PERF, path, 'spread', '4', '3', '100']);
      byPerf = Number(counted.stderr.trim().split(',')[0]);
    });
    const ours = recorded.sumOf(name, /^syscall\..*\.calls$/);
    const made = recorded.sumOf(name, /^syscall\.(?:fork|vfork|clone|clone3)\.calls$/);
    const ended = recorded.sumOf(name, /^syscall\.exit(?:_group)?\.calls$/);
    expect(made).toBe(4 + 4 * 3);
    // perf counts the return of each fork in the child too, and no call that never returns.
    expect(ours).toBe(byPerf - made + ended);
  });

  it.skipIf(process.arch !== 'x64')('knows the 32-bit table of x86', async () => {
    const { path, name } = program();
    const recorded = await recordWhile(async () => {
      await run(path, ['compat', '400']);
    });
    expect(recorded.sum(name, 'syscall.getppid.calls')).toBe(400);
    expect(recorded.sum(name, 'syscall.sched_yield.calls')).toBe(0);
  });

  it.skipIf(process.arch !== 'x64')('knows the x32 numbers, whether or not they work', async () => {
    const { path, name } = program();
    const recorded = await recordWhile(async () => {
      await run(path, ['x32', '350']);
    });
    expect(recorded.sum(name, 'syscall.getppid.calls')).toBe(350);
    expect([0, 350]).toContain(recorded.sum(name, 'syscall.getppid.errors'));
  });
});

function whyNoPerf(): string | undefined {
  try {
    execFileSync('perf', [...PERF, 'true'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return (error as Error).message.trim();
  }
}

/** Only from Linux 6.14 on has each PID namespace a limit of its own: else it would be the host's. */
function whyNoSmallPids(): string | undefined {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 14)) return `Linux ${release()} has one limit for all`;
  try {
    execFileSync('unshare', [...NAMESPACE, 'true'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return (error as Error).message.trim();
  }
}
