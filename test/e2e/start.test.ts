import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { ethogram, type Finished, jsonLines } from './binary.js';

const START = fileURLToPath(new URL('../../packages/setup/src/start.mjs', import.meta.url));
/** Where `npm start` puts its pictures unless told otherwise. */
const USUAL_OUT = fileURLToPath(new URL('../../quickstart', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'ethogram-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `npm start -- ARGS`, on procfs, so that it disturbs no other test. */
function npmStart(...args: string[]) {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('ETHOGRAM_'));
  const child = spawn(process.execPath, [START, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(clean), NO_COLOR: '1', ETHOGRAM_BACKEND: 'procfs' },
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk;
  });
  const done = new Promise<Finished>((resolve) => {
    child.on('close', (code) => resolve({ code, ...said }));
  });
  return { child, said, done };
}

describe('npm start', () => {
  test('records, learns, scores and draws this host, where it is told and for as long', async () => {
    const before = existsSync(USUAL_OUT);
    const out = join(folder, 'pictures');
    const store = `lmdb:${join(folder, 'store')}`;
    const run = await npmStart('--seconds', '6', `--out=${out}`, '--store', store).done;
    expect(run.code, run.stderr).toBe(0);
    for (const name of ['model.json', 'graph.json', 'graph.dot', 'graph.svg', 'report.html']) {
      expect(existsSync(join(out, name)), name).toBe(true);
    }
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('id="scores"');
    expect(run.stderr).toMatch(/\d+ ticks scored/);
    const { stdout } = await ethogram('recordings', '--store', store);
    const [recording] = jsonLines<{ name: string; ticks: number }>(stdout);
    expect(recording?.name).toMatch(/^quickstart-/);
    expect(recording?.ticks).toBeGreaterThanOrEqual(30);
    expect(existsSync(USUAL_OUT)).toBe(before);
  });

  test('told to stop, stops its recorder too, and exits as the signal says', async () => {
    const store = `lmdb:${join(folder, 'stopped')}`;
    const args = ['--seconds', '60', '--out', join(folder, 'none'), '--store', store];
    const { child, said, done } = npmStart(...args);
    for (let i = 0; i < 600 && !said.stderr.includes('measuring with procfs'); i++)
      await delay(100);
    await delay(2000);
    child.kill('SIGTERM');
    const run = await done;
    expect(run.code, run.stderr).toBe(143);
    expect(run.stderr).not.toContain('Learning how it behaves');
    const { stdout } = await ethogram('recordings', '--store', store);
    expect(jsonLines<{ ticks: number }>(stdout)[0]?.ticks).toBeGreaterThan(0);
    // Nobody writes to it any more.
    const next = await ethogram(
      ...['record', '--backend', 'procfs', '--duration', '1s', '--recording', 'next'],
      ...['--store', store],
    );
    expect(next.code, next.stderr).toBe(0);
  });

  test('exits with the code of the step that failed, and with 2 for what it cannot read', async () => {
    const failed = await npmStart('--store', 'nosuch:store', '--out', join(folder, 'none')).done;
    expect(failed.code, failed.stderr).toBe(2);
    expect(failed.stderr).toMatch(
      /STORE-1001[\s\S]*start: `ethogram record` ended with exit code 2/,
    );
    for (const args of [['--seconds', 'soon'], ['--seconds', '1'], ['--seconds'], ['--out']]) {
      const refused = await npmStart(...args).done;
      expect(refused.code, refused.stderr).toBe(2);
      expect(refused.stderr).toMatch(/start: --(seconds|out): expected /);
      expect(refused.stderr).not.toContain('npm packages');
    }
  });
});
