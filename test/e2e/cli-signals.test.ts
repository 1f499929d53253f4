import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { jsonLines, type Running, start } from './binary.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-cli-signals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function record(name: string): Running {
  const args = ['record', '--backend', 'procfs', '--interval', '200ms', '--recording', name];
  return start(args, { XDG_CONFIG_HOME: folder, ETHOGRAM_STORE: `lmdb:${join(folder, name)}` });
}

async function ticksOf(name: string): Promise<number> {
  const { stdout } = await start(['recordings'], {
    XDG_CONFIG_HOME: folder,
    ETHOGRAM_STORE: `lmdb:${join(folder, name)}`,
  }).done;
  return jsonLines<{ ticks: number }>(stdout)[0]?.ticks ?? 0;
}

/** Waits until a recording holds a tick: the recorder runs. */
async function untilRecording(name: string): Promise<void> {
  for (let i = 0; i < 60 && (await ticksOf(name)) === 0; i++) await delay(100);
}

describe('a recorder that is told to stop', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s keeps what it recorded, says so, and exits with %i', async (signal, code) => {
    const recorder = record(signal);
    await untilRecording(signal);
    recorder.child.kill(signal);
    const done = await recorder.done;
    expect(done.code, done.stderr).toBe(code);
    const [summary] = jsonLines<{ ticks: number; lost: number; cpuShare: number }>(done.stdout);
    expect(summary?.ticks).toBeGreaterThan(0);
    expect(await ticksOf(signal)).toBe(summary?.ticks);
  });

  test('by kill -9 has lost no tick that was stored, and another can go on at once', async () => {
    const recorder = record('killed');
    await untilRecording('killed');
    const before = await ticksOf('killed');
    recorder.child.kill('SIGKILL');
    await recorder.done;
    expect(await ticksOf('killed')).toBeGreaterThanOrEqual(before);
    const next = record('killed');
    await delay(1500);
    next.child.kill('SIGINT');
    const { code, stderr } = await next.done;
    expect(code, stderr).toBe(130);
    expect(await ticksOf('killed')).toBeGreaterThan(before);
  });

  test('a second recorder of the same store is refused while the first runs', async () => {
    const recorder = record('one');
    await untilRecording('one');
    const { code, stderr } = await record('one').done;
    expect(code, stderr).toBe(6);
    recorder.child.kill('SIGINT');
    await recorder.done;
  });
});

describe('a reader that goes away', () => {
  test('ends a long output without an error', async () => {
    const args = ['completion', 'bash'];
    const running = start(args, { XDG_CONFIG_HOME: folder });
    running.child.stdout?.destroy();
    const { code, stderr } = await running.done;
    expect([code, stderr]).toEqual([0, '']);
  });
});
