import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@ethogram/store';
import { exampleTicks } from '@ethogram/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Two MiB above what is left free. */
const DISK = '10m';

describe('an LMDB store on a disk that fills up', () => {
  let disk = '';
  let isMounted = false;
  beforeEach(async (context) => {
    disk = await mkdtemp(join(tmpdir(), 'ethogram-disk-'));
    try {
      mount('-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs');
      isMounted = true;
    } catch {
      const reason = 'mounting a small disk needs root and the right to mount';
      process.stderr.write(`Full disk not tried: ${reason}\n`);
      context.skip(reason);
    }
  });
  afterEach(async () => {
    if (isMounted) execFileSync('umount', ['-l', disk]);
    await rm(disk, { recursive: true });
  });

  function mount(...options: readonly string[]): void {
    execFileSync('mount', [...options, disk], { stdio: 'pipe' });
  }

  it('says so with exit code 6, loses nothing acknowledged, and goes on when there is room', async () => {
    const store = await openStore(`lmdb:${join(disk, 'store')}`, { mode: 'write' });
    const ticks = exampleTicks({ count: 20_000, sources: 12 });
    let stored = 0;
    const filling = async () => {
      for (const tick of ticks) {
        await store.samples.append('a', [tick]);
        stored++;
      }
    };
    await expect(filling()).rejects.toMatchObject({ code: 'STORE-1010', exitCode: 6 });
    expect(stored).toBeGreaterThan(60);
    const seqs = async () => {
      const found: number[] = [];
      for await (const block of store.samples.read({ recording: 'a' })) found.push(...block.seq);
      return found;
    };
    const kept = await seqs();
    expect(kept.length).toBeGreaterThanOrEqual(stored);
    expect(kept).toEqual(kept.map((_, i) => i));
    mount('-o', 'remount,size=64m');
    await store.samples.append('a', ticks.slice(stored, stored + 200));
    expect((await seqs()).length).toBeGreaterThanOrEqual(stored + 200);
    await store.close();
  });

  it('lives on a disk that others fill to the last byte, and still removes', async () => {
    const store = await openStore(`lmdb:${join(disk, 'store')}`, { mode: 'write' });
    const ticks = exampleTicks({ count: 60, sources: 20 });
    await store.samples.append('a', ticks.slice(0, 30));
    const ballast = join(disk, 'ballast');
    fill(ballast);
    for (let attempt = 0; attempt < 20; attempt++) {
      const full = { code: 'STORE-1010' };
      await expect(store.samples.append('a', ticks.slice(30))).rejects.toMatchObject(full);
      await expect(store.samples.seal('a')).rejects.toMatchObject(full);
      // A large value is what LMDB itself would die of: see checkDisk.
      const json = ' '.repeat(2_000_000 + attempt * 7919);
      const model = { name: 'm', host: 'h', state: 'candidate', storedAt: 0, json } as const;
      await expect(store.models.put(model)).rejects.toMatchObject(full);
    }
    expect((await store.samples.recordings())[0]?.ticks).toBe(30);
    rmSync(ballast);
    await store.samples.append('a', ticks.slice(30));
    await store.samples.seal('a');
    fill(ballast);
    await expect(store.samples.remove('a')).rejects.toMatchObject({ code: 'STORE-1010' });
    truncateSync(ballast, statSync(ballast).size - 300 * 1024);
    expect(await store.samples.remove('a')).toBe(true);
    fill(join(disk, 'more'));
    await store.close();
  });
});

/** Writes zeros into a file until the disk has no room left. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  const zeros = new Uint8Array(4096);
  try {
    for (;;) writeSync(descriptor, zeros);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(descriptor);
  }
}
