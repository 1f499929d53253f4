import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from './fake-terminal.js';

const ROWS = 1500;
const START = Date.UTC(2026, 0, 1);
const WILD = 1300;

const folder = mkdtempSync(join(tmpdir(), 'ethogram-generic-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a table of any series trains, and is scored with one row for each of its rows, in order', async () => {
  const noise = (i: number, salt: number): number => ((i * salt) % 101) / 101;
  const lines = Array.from({ length: ROWS }, (_, i) => {
    const load = 20 + 5 * Math.sin(i / 40) + noise(i, 7919);
    const wild = i >= WILD && i < WILD + 40 ? 60 : 0;
    return [load, 3 * load + noise(i, 104_729) + wild, noise(i, 1_299_709)].join();
  });
  const file = join(folder, 'machine.csv');
  writeFileSync(file, `${['load', 'heat', 'hum'].join()}\n${lines.join('\n')}\n`);
  const ethogram = async (...args: string[]) => {
    const { code, stdout, stderr } = await run([
      ...args,
      '--store',
      `lmdb:${join(folder, 'store')}`,
    ]);
    expect(code, stderr).toBe(0);
    return stdout;
  };
  const start = new Date(START).toISOString();
  const table = ['--source', 'machine', '--interval', '60s', '--start', start];
  await ethogram('import', file, '--recording', 'all', ...table);
  const trained = new Date(START + 1100 * 60_000).toISOString();
  await ethogram('train', '--recording', 'all', '--to', trained, '--name', 'machine');
  const scored = await ethogram(
    'score',
    '--model',
    'machine',
    '--recording',
    'all',
    '--all',
    '-o',
    'csv',
  );
  const [header, ...rows] = scored.trim().split('\n');
  expect(header).toBe('timestamp,score,anomalous');
  expect(rows).toHaveLength(ROWS);
  const times = rows.map((row) => Date.parse(row.split(',')[0] ?? ''));
  expect(times.every((ts, i) => i === 0 || ts === (times[i - 1] as number) + 60_000)).toBe(true);
  const scores = rows.map((row) => Number(row.split(',')[1]));
  // The views speak from the tenth row on.
  expect(scores.slice(0, 9)).toEqual(new Array(9).fill(0));
  expect(scores.slice(9).some((score) => score > 0)).toBe(true);
  const most = scores.indexOf(Math.max(...scores));
  expect(most).toBeGreaterThanOrEqual(WILD);
  const model = JSON.parse(
    await ethogram('models', 'show', 'machine', '--step', 'select', '-o', 'json'),
  );
  expect(JSON.stringify(model)).toContain('custom:machine');
});
