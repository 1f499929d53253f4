import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openStore } from '@ethogram/store';
import { afterAll, expect, test } from 'vitest';
import { jsonLines, type Running, start } from './binary.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-cli-service-'));
const store = `lmdb:${join(folder, 'store')}`;
mkdirSync(join(folder, 'ethogram'));
const config = join(folder, 'ethogram', 'config.toml');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function begin(...args: string[]): Running {
  return start(args, { XDG_CONFIG_HOME: folder, ETHOGRAM_STORE: store });
}

/** Waits until a run has said something on standard error. */
async function said({ child }: Running, what: RegExp): Promise<void> {
  let text = '';
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk) => {
      text += chunk;
      if (what.test(text)) resolve();
    });
    child.on('close', () => resolve());
  });
}

async function models(): Promise<{ name: string; version: number; state: string }[]> {
  return jsonLines((await begin('models', 'ls').done).stdout);
}

/** Runs without privilege: procfs, five ticks a second, and learns as soon as it may. */
function service(): Running {
  return begin(
    ...['run', '--backend', 'procfs', '--interval', '200ms', '--max-age', '1d'],
    ...['--first-after', '8s', '--learn-every', '1h', '--learn-from', '1h'],
  );
}

/**
 * Looks whether the service that ended kept where it stood, and leaves an incident as one that was
 * killed would have: open, of a source that is quiet by now.
 */
async function leaveOpenIncident(): Promise<string> {
  const opened = await openStore(store, { mode: 'annotate' });
  try {
    const [recording] = await opened.samples.recordings();
    const [kept] = (await opened.events.list({ kind: 'checkpoint' })).slice(-1);
    expect(recording && kept && recording.to - kept.ts).toBeLessThan(1_000);
    const { model } = JSON.parse(kept?.body ?? '{}') as { model: string };
    const { host, ts } = kept ?? { host: '', ts: 0 };
    const at = new Date(ts).toISOString();
    const what = { id: 'left-open', host, state: 'open', severity: 'warning', model };
    const body = JSON.stringify({
      ...{ type: 'incident', ...what, start: at, end: at },
      suspects: [{ source: 'process:gone', score: 5, since: at, kinds: ['novel'] }],
    });
    await opened.events.put({ id: what.id, kind: 'incident', host, ts, body });
    return what.id;
  } finally {
    await opened.close();
  }
}

async function stateOf(incident: string): Promise<string | undefined> {
  const opened = await openStore(store, { mode: 'read' });
  try {
    const event = await opened.events.get('incident', incident);
    return event && (JSON.parse(event.body) as { state: string }).state;
  } finally {
    await opened.close();
  }
}

test('the service records, learns its first model, scores with it, and goes on after a restart', async () => {
  const first = service();
  for (let i = 0; i < 100 && (await models()).length === 0; i++) await delay(500);
  // The service looks for its new model every five seconds.
  await delay(7000);
  writeFileSync(config, 'max-age = "2d"\ninterval = "1s"\n', { mode: 0o600 });
  first.child.kill('SIGHUP');
  await delay(1500);
  writeFileSync(config, 'max-age = \n');
  first.child.kill('SIGHUP');
  await delay(1500);
  rmSync(config);
  first.child.kill('SIGTERM');
  const ended = await first.done;
  expect(ended.code, ended.stderr).toBe(143);
  expect(ended.stderr).toMatch(/config read again\n/);
  expect(ended.stderr).toMatch(/warning: config not taken over, .*CLI-1003/);
  expect(ended.stderr).toMatch(/learning: .*regime +provisional/);
  expect(ended.stderr).toMatch(/scoring with model host@1/);
  expect(await models()).toMatchObject([{ name: 'host', version: 1, state: 'active' }]);
  const before = jsonLines<{ ticks: number }>((await begin('recordings').done).stdout)[0]?.ticks;

  const left = await leaveOpenIncident();
  const second = service();
  await said(second, /scoring with model/);
  for (let i = 0; i < 40 && (await stateOf(left)) === 'open'; i++) await delay(250);
  expect(await stateOf(left)).toBe('closed');
  second.child.kill('SIGTERM');
  const again = await second.done;
  expect(again.stderr).toMatch(/scoring with model host@1/);
  const after = jsonLines<{ ticks: number }>((await begin('recordings').done).stdout)[0]?.ticks;
  expect(after).toBeGreaterThan(before ?? 0);
});
