import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockKernel } from './kernel-lock.js';
import { recordWhile } from './record-while.js';
import { whyNoEbpf } from './why-no-ebpf.js';

const TMPFS = 0x01021994;
const MIB = 1 << 20;
const reason =
  whyNoEbpf() ??
  (statfsSync(tmpdir()).type === TMPFS ? `${tmpdir()} is not on a block device` : undefined);
if (reason !== undefined) process.stderr.write(`skipped, no disk to charge: ${reason}\n`);

describe.skipIf(reason !== undefined)('what reaches a block device', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-disk-'));
  let unlock: (() => Promise<void>) | undefined;
  let programs = 0;

  function dd(...args: string[]): { readonly name: string; run(): void } {
    const name = `dd-${process.pid}-${programs++}`;
    const path = join(folder, name);
    const dd = execFileSync('sh', ['-c', 'command -v dd'], { encoding: 'utf8' }).trim();
    copyFileSync(dd, path);
    execFileSync('chmod', ['+x', path]);
    return { name, run: () => execFileSync(path, args, { stdio: 'ignore' }) };
  }

  /** How many pieces a file is in on its disk: a request cannot reach over a gap between two. */
  function pieces(file: string): number {
    const said = execFileSync('filefrag', [file], { encoding: 'utf8' });
    const found = /: (\d+) extents? found/.exec(said)?.[1];
    if (found === undefined) throw new Error(`filefrag: ${said}`);
    return Number(found);
  }

  beforeAll(async () => {
    unlock = await lockKernel();
  });
  afterAll(async () => {
    await unlock?.();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is charged to who wrote past the cache, each request', async () => {
    const file = join(folder, 'direct');
    const program = dd('if=/dev/zero', `of=${file}`, 'bs=64k', 'count=64', 'oflag=direct');
    const recorded = await recordWhile(async () => {
      program.run();
      await delay(300);
    });
    const requests = recorded.sum(program.name, 'disk.write.ops');
    expect(requests).toBeGreaterThanOrEqual(64);
    expect(requests).toBeLessThan(64 + pieces(file));
    expect(recorded.sum(program.name, 'disk.write.bytes')).toBe(64 * 65536);
    expect(recorded.lost).toEqual({});
  });

  it('is what the kernel says of its devices, but for what ends between the two readings', async () => {
    const file = join(folder, 'reconciled');
    const program = dd('if=/dev/zero', `of=${file}`, 'bs=64k', 'count=256', 'oflag=direct');
    const recorded = await recordWhile(async () => {
      program.run();
      await delay(300);
    });
    expect(recorded.sum(program.name, 'disk.write.bytes')).toBe(256 * 65536);
    const used = recorded.disks.find(({ counted }) => counted.bytes >= 256 * 65536);
    expect(used, JSON.stringify(recorded.disks)).toBeDefined();
    const { counted, diskstats } = used as (typeof recorded.disks)[number];
    // Both stand still but for what others of this host write at the very moment.
    expect(Math.abs(counted.requests - diskstats.requests)).toBeLessThan(64);
    expect(Math.abs(counted.bytes - diskstats.bytes) / diskstats.bytes).toBeLessThan(0.1);
  });

  it('is charged to who dirtied the cache, to the byte, whoever writes it back', async () => {
    const file = join(folder, 'buffered');
    const program = dd('if=/dev/zero', `of=${file}`, 'bs=1M', 'count=16');
    const recorded = await recordWhile(async () => {
      program.run();
      execFileSync('sync', [file]);
      await delay(300);
    });
    expect(recorded.sum(program.name, 'disk.write.bytes')).toBe(16 * MIB);
    expect(recorded.sum('sync', 'disk.write.bytes')).toBeLessThan(MIB);
  });

  it('is charged to who read past the cache, with the time each request took', async () => {
    const file = join(folder, 'read');
    dd('if=/dev/zero', `of=${file}`, 'bs=1M', 'count=4', 'oflag=direct').run();
    const program = dd(`if=${file}`, 'of=/dev/null', 'bs=64k', 'iflag=direct');
    const recorded = await recordWhile(async () => {
      program.run();
      await delay(300);
    });
    const requests = recorded.sum(program.name, 'disk.read.ops');
    expect(requests).toBeGreaterThanOrEqual(64);
    expect(requests).toBeLessThan(64 + pieces(file));
    expect(recorded.sum(program.name, 'disk.read.bytes')).toBe(4 * MIB);
    const devices = recorded.ticks.flatMap((t) => t.samples.filter((s) => s.kind === 'device'));
    const counts = devices.flatMap((device) => [
      ...(device.histograms?.get('latency')?.counts.values() ?? []),
    ]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(64);
  });
});
