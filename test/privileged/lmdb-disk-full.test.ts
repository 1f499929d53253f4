import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@ethogram/store';
import { exampleTicks } from '@ethogram/testkit';
import { describe, expect, it } from 'vitest';

const DISK = '2m';

describe('an LMDB store on a disk that fills up', () => {
  it('says so with exit code 6, loses nothing acknowledged, and goes on when there is room', async (context) => {
    const disk = await mkdtemp(join(tmpdir(), 'ethogram-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk], {
        stdio: 'pipe',
      });
    } catch {
      await rm(disk, { recursive: true });
      const reason = 'mounting a small disk needs root and the right to mount';
      process.stderr.write(`Full disk not tried: ${reason}\n`);
      return context.skip(reason);
    }
    try {
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
      execFileSync('mount', ['-o', 'remount,size=64m', disk], { stdio: 'pipe' });
      await store.samples.append('a', ticks.slice(stored, stored + 200));
      expect((await seqs()).length).toBeGreaterThanOrEqual(stored + 200);
      await store.close();
    } finally {
      execFileSync('umount', ['-l', disk]);
      await rm(disk, { recursive: true });
    }
  });
});
