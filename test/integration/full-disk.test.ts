import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@ethogram/store';
import { exampleTicks } from '@ethogram/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const DISK_MIB = 32;
const isRoot = process.getuid?.() === 0;

/** Writes zeros into a file until the disk has no room left, to the last byte. */
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

describe.skipIf(!isRoot)('a real disk that is full (mounting one needs root)', () => {
  let disk = '';
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'ethogram-disk-'));
    const options = ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', disk];
    expect(spawnSync('mount', options, { encoding: 'utf8' }).stderr).toBe('');
  });
  afterEach(() => {
    spawnSync('umount', [disk]);
    rmdirSync(disk);
  });

  it('is told by a code, costs nothing that was acknowledged, and is taken up again', async () => {
    const store = await openStore(`lmdb:${join(disk, 'store')}`, { mode: 'write' });
    const ticks = exampleTicks({ count: 400, sources: 20 });
    let stored = 0;
    const next = async (): Promise<void> => {
      await store.samples.append('a', ticks.slice(stored, stored + 1));
      stored++;
    };
    while (stored < 100) await next();
    const ballast = join(disk, 'ballast');
    fill(ballast);
    for (let attempt = 0; attempt < 20; attempt++) {
      await expect(next()).rejects.toMatchObject({ code: 'STORE-1010' });
      await expect(store.samples.seal('a')).rejects.toMatchObject({ code: 'STORE-1010' });
      // A large value is what LMDB itself would die of: see checkDisk.
      const json = ' '.repeat(2_000_000 + attempt * 7919);
      const model = { name: 'm', host: 'h', state: 'candidate', storedAt: 0, json } as const;
      await expect(store.models.put(model)).rejects.toMatchObject({ code: 'STORE-1010' });
    }
    expect((await store.samples.recordings())[0]?.ticks).toBe(stored);
    rmSync(ballast);
    while (stored < 200) await next();
    await store.samples.seal('a');
    expect((await store.samples.recordings())[0]?.ticks).toBe(200);
    fill(ballast);
    // A full disk is no reason to keep what is to go.
    expect(await store.samples.remove('a')).toBe(true);
    await store.close();
  });
});
