import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@ethogram/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFeedback } from '../src/score/feedback-store.js';
import { keepEvents } from '../src/score/keep-events.js';
import { anomaly, closed, scored } from './example-anomaly.js';
import { run } from './fake-terminal.js';

/** What the clock of a run in memory says. */
const NOW = Date.UTC(2026, 4, 1);

const folder = mkdtempSync(join(tmpdir(), 'ethogram-ack-'));
const uri = `lmdb:${join(folder, 'store')}`;
const ack = (...args: string[]) => run(['ack', ...args, '--store', uri]);

async function words() {
  const store = await openStore(uri, { mode: 'read' });
  try {
    return await readFeedback(store, 'web-1');
  } finally {
    await store.close();
  }
}

beforeAll(async () => {
  const store = await openStore(uri, { mode: 'write' });
  await keepEvents(
    store,
    scored({
      anomalies: [anomaly('a'), anomaly('b'), anomaly('c', { incident: 'i2' })],
      incidents: [closed('i1'), closed('i2')],
    }),
  );
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('of an incident is said of each of its anomalies, and holds when all have heard of it', async () => {
  const { code, stdout, stderr } = await ack('i1', '--expected');
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'feedback',
    anomaly: 'event-a',
    at: new Date(NOW + 7_000).toISOString(),
    anomalies: ['event-a', 'event-b'],
  });
  expect(await words()).toMatchObject([
    { anomaly: 'event-a', verdict: 'expected', at: NOW + 7_000, source: 'process:a' },
    { anomaly: 'event-b', verdict: 'expected', at: NOW + 7_000, source: 'process:b' },
  ]);
});

test('is shown as a line for each', async () => {
  const { stdout } = await ack('i1', '--misbehaviour', '-o', 'table');
  expect(stdout.match(/^misbehaviour: /gm)).toHaveLength(2);
});

test('of an anomaly is said of it alone', async () => {
  const { stdout } = await ack('event-c', '--expected', '--until', '1h');
  expect(JSON.parse(stdout)).toMatchObject({ anomaly: 'event-c', anomalies: ['event-c'] });
  expect((await words()).at(-1)).toMatchObject({ anomaly: 'event-c', until: NOW + 3_600_000 });
});

test('with an end before it holds would mute nothing, and is refused', async () => {
  const before = await words();
  const { code, stderr } = await ack('event-a', '--expected', '--until', '5s');
  expect([code, await words()]).toEqual([2, before]);
  expect(stderr).toMatch(/CLI-1002: --until: expected a time after .*, from which on it holds/);
});
