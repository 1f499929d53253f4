import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@ethogram/core';
import { openStore } from '@ethogram/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './fake-terminal.js';
import { madeTick, processSample, T } from './made-tick.js';

const TICKS = 2400;
const folder = mkdtempSync(join(tmpdir(), 'ethogram-report-'));
const uri = `lmdb:${join(folder, 'store')}`;

function tickAt(index: number) {
  const noise = ((index * 7919) % 101) / 101;
  return madeTick(index, [
    processSample('db', { 'syscall.read.calls': 300 + 50 * noise, 'memory.rss': 5e7 }),
  ]);
}

describe('a report of a recording of which retention merged a part', () => {
  beforeAll(async () => {
    const store = await openStore(uri, { mode: 'write', clock: manualClock(T + TICKS * 1000) });
    const ticks = Array.from({ length: TICKS }, (_, index) => tickAt(index));
    await store.samples.append('r', ticks);
    const tiers = [{ olderThanMs: (TICKS / 2) * 1000, intervalMs: 10_000 }];
    const { mergedTicks } = await store.maintenance.retain({ tiers });
    expect(mergedTicks).toBeGreaterThan(TICKS / 4);
    await store.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('learns and scores all of it in ticks of that length, and says so', async () => {
    const { code, stdout, stderr } = await run(['report', '--store', uri, '--recording', 'r']);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('merged to ticks of 10 s: all of it is read so');
    expect(stderr).toMatch(/^reading 100 %/m);
    expect(stdout).not.toContain('nothing is scored');
    expect(stdout).toContain('id="scores"');
    expect(Number(/<dt>ticks<\/dt><dd>([\d,]+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(TICKS / 10);
  });
});
