import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Marker, Tick } from '@ethogram/core';
import { train } from '@ethogram/learn';
import { serialiseModel } from '@ethogram/model';
import { openStore } from '@ethogram/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './fake-terminal.js';
import { madeTick, processSample, T } from './made-tick.js';

const TRAINED = 1000;
/** When training was busiest, for half a minute, and when the database goes wild. */
const BUSY = 420;
const WILD = TRAINED + 60;

function tickAt(index: number): Tick {
  const noise = ((index * 7919) % 101) / 101;
  const busy = index >= BUSY && index < BUSY + 30 ? 3 : 1;
  const wild = index >= WILD ? 40 : 1;
  const load = Math.round((100 + 20 * noise) * busy * wild);
  const marker: Marker = {
    ts: T + index * 1000,
    kind: 'new-version',
    source: { kind: 'process', name: 'db' },
    text: '7.0 to 7.2',
  };
  const samples = [
    processSample('db', { 'syscall.fsync.calls': load, 'syscall.read.calls': 300 + 50 * noise }),
    ...(index >= WILD + 2 ? [processSample('sh', { 'syscall.read.calls': 5 })] : []),
  ];
  return madeTick(index, samples, { markers: index === WILD - 20 ? [marker] : [] });
}

describe('explain', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-explain-'));
  const uri = `lmdb:${join(folder, 'store')}`;
  const ethogram = (...args: string[]) => run([...args, '--store', uri]);
  let id: string;

  beforeAll(async () => {
    const store = await openStore(uri, { mode: 'write' });
    await store.samples.append(
      'prod',
      Array.from({ length: WILD + 30 }, (_, index) => tickAt(index)),
    );
    const window = { from: T, to: T + TRAINED * 1000, exclude: [] };
    const model = await train(
      (range) => store.samples.read({ host: 'h', range: range ?? window }),
      { name: 'web', window, seed: 1 },
      { learnGraph: null },
    );
    const json = serialiseModel(model);
    await store.models.put({ name: 'web', host: 'h', state: 'active', storedAt: 0, json });
    await store.close();
    const scored = await ethogram('score', '--model', 'web', '--recording', 'prod', '-o', 'jsonl');
    const records = scored.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const wild = new Date(T + WILD * 1000).toISOString();
    id = records.find(({ source, ts }) => source.name === 'db' && ts >= wild)?.id;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('says who else was off, what had just changed, when training came nearest, and where to look', async () => {
    await ethogram('ack', id, '--misbehaviour');
    const { code, stdout, stderr } = await ethogram('explain', id, '-o', 'table');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/because {5}syscall\.calls 4,\d+, expected 400 to 709/);
    expect(stdout).toMatch(/also off {4}process:sh: score .* by novel/);
    expect(stdout).toMatch(/around {6}2026-05-01 00:17:20Z new-version db: 7\.0 to 7\.2/);
    expect(stdout).toMatch(/said {8}misbehaviour, /);
    expect(stdout).toMatch(/ethogram export --recording prod --from 2026-05-01T00:0\S+ --to \S+\n/);
    expect(stdout).toMatch(/ethogram score --model web@1 --recording prod --to \S+\n/);
    expect(stdout).toMatch(/\^\n$/);

    const { context } = JSON.parse((await ethogram('explain', id)).stdout);
    const at = (context.nearest.ts - T) / 1000;
    expect(at).toBeGreaterThanOrEqual(BUSY);
    expect(at).toBeLessThan(BUSY + 30);
    expect(context.nearest.lookedAtMs).toBe(TRAINED * 1000);
    expect(context.strangest.length).toBeGreaterThan(0);
  });

  test('names a command that repeats the record, byte for byte', async () => {
    const { stdout } = await ethogram('explain', id, '-o', 'table');
    const command = /ethogram (score .*)$/m.exec(stdout)?.[1] ?? '';
    const again = await ethogram(...command.split(' '), '-o', 'jsonl');
    const line = again.stdout.split('\n').find((one) => one.includes(`"id":"${id}"`));
    const {
      series: _,
      context: __,
      ...record
    } = JSON.parse((await ethogram('explain', id)).stdout);
    expect(JSON.parse(line ?? '{}')).toEqual(record);
  });

  test('names the host in its commands where another has a recording of that name', async () => {
    const store = await openStore(uri, { mode: 'write' });
    await store.samples.append('prod', [{ ...tickAt(WILD), host: 'other' }]);
    await store.close();
    const { stdout } = await ethogram('explain', id, '-o', 'table');
    expect(stdout).toMatch(/ethogram export --recording prod --host h --from /);
    const command = /ethogram (score .*)$/m.exec(stdout)?.[1] ?? '';
    expect(command).toContain('--recording prod --host h ');
    const again = await ethogram(...command.split(' '), '-o', 'jsonl');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining(`"id":"${id}"`)]);
  });

  test('explains what a replay kept, which leaves no incident open', async () => {
    const store = await openStore(uri, { mode: 'read' });
    const incidents = await store.events.list({ kind: 'incident' });
    await store.close();
    expect(incidents.length).toBeGreaterThan(0);
    for (const { body } of incidents) {
      expect(JSON.parse(body)).toMatchObject({ state: 'closed', replay: true });
    }
  });

  test('tells of the incident by the id of either, and without one lists what is open', async () => {
    const { context, ...anomaly } = JSON.parse((await ethogram('explain', id)).stdout);
    const { replay, ...incident } = context.incident;
    expect(replay).toBe(true);
    expect(incident).toMatchObject({ type: 'incident', id: anomaly.incident, host: 'h' });
    const { stdout } = await ethogram('explain', incident.id, '-o', 'table');
    expect(stdout).toMatch(
      /^incident {4}\w+: (critical|warning), .*00:17:\d\dZ.*, most likely by process:\w+$/m,
    );

    const store = await openStore(uri, { mode: 'annotate' });
    const replayed = JSON.stringify({
      ...incident,
      id: 'is-replayed',
      state: 'open',
      replay: true,
    });
    await store.events.put({
      id: 'is-replayed',
      kind: 'incident',
      host: 'h',
      ts: T,
      body: replayed,
    });
    for (const state of ['open', 'closed']) {
      const body = JSON.stringify({ ...incident, id: `is-${state}`, state });
      await store.events.put({ id: `is-${state}`, kind: 'incident', host: 'h', ts: T, body });
    }
    await store.close();
    const listed = await ethogram('explain', '-o', 'jsonl');
    expect(listed.code, listed.stderr).toBe(0);
    const rows = listed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toContainEqual({ ...incident, id: 'is-open', state: 'open' });
    expect(rows.map((row) => row.state)).not.toContain('closed');
    expect(rows.map((row) => row.id)).not.toContain('is-replayed');
    const table = await ethogram('explain', '-o', 'table');
    expect(table.stdout).toMatch(/^is-open +h +open +(critical|warning) +2026-05-01 00:17/m);
  });

  test('does without a model that is gone', async () => {
    const store = await openStore(uri, { mode: 'annotate' });
    await store.models.remove('web');
    await store.close();
    const { code, stdout } = await ethogram('explain', id, '-o', 'table');
    expect(code).toBe(0);
    expect(stdout).not.toContain('nearest');
    expect(stdout).not.toContain('ethogram score');
    expect(stdout).toContain('ethogram export');
  });
});
