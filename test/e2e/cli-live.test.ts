import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { type Finished, jsonLines, type Running, start } from './binary.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-cli-live-'));
const store = `lmdb:${join(folder, 'store')}`;
const model = join(folder, 'model.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function begin(...args: string[]): Running {
  return start(args, { XDG_CONFIG_HOME: folder, ETHOGRAM_STORE: store });
}

function ethogram(...args: string[]): Promise<Finished> {
  return begin(...args).done;
}

/** Runs without privilege: procfs, five ticks a second. */
const FAST = ['--backend', 'procfs', '--interval', '200ms'];

test('a model is learned from this host, and live scores are those of the replay, byte for byte', async () => {
  const recorded = await ethogram('record', ...FAST, '--recording', 'a', '--duration', '10s');
  expect(recorded.code, recorded.stderr).toBe(0);
  expect(JSON.parse(recorded.stdout)).toMatchObject({ type: 'recorded', backend: 'procfs' });
  const trained = await ethogram('train', '--recording', 'a', '--out', model);
  expect(trained.code, trained.stderr).toBe(0);

  const recorder = begin('record', ...FAST, '--recording', 'b');
  await delay(4000);
  const live = await ethogram(
    ...['score', '--model', model, '--live', '--duration', '3s', '--all', '-o', 'csv'],
  );
  recorder.child.kill('SIGINT');
  await recorder.done;
  expect(live.code, live.stderr).toBe(0);
  expect(live.stderr).toMatch(/following recording b/);

  const replayed = await ethogram(
    ...['score', '--model', model, '--recording', 'b', '--all', '-o', 'csv'],
  );
  const [header, ...rows] = live.stdout.trimEnd().split('\n');
  const all = replayed.stdout.trimEnd().split('\n');
  expect(header).toBe(all[0]);
  expect(rows.length).toBeGreaterThan(5);
  const from = all.indexOf(rows[0] ?? '');
  expect(from).toBeGreaterThan(1);
  expect(rows).toEqual(all.slice(from, from + rows.length));
});

test('beside a recorder that hangs, live scoring says that there was no tick, also with --fail-on', async () => {
  const recorder = begin('record', ...FAST, '--recording', 'hung');
  await delay(3000);
  recorder.child.kill('SIGSTOP');
  const live = await ethogram(
    ...['score', '--model', model, '--live', '--duration', '1s', '--fail-on', 'critical'],
  );
  recorder.child.kill('SIGCONT');
  recorder.child.kill('SIGINT');
  await recorder.done;
  expect(live.stderr).toMatch(/following recording hung/);
  expect(live.code, live.stderr).toBe(4);
  expect(live.stderr).toMatch(
    /CLI-1007: expected a tick to score within 1 s, found none in record/,
  );
});

test('where nobody records, live scoring measures by itself and stores no ticks', async () => {
  const before = (await ethogram('recordings')).stdout;
  const live = await ethogram(
    ...['score', '--model', model, '--live', ...FAST, '--duration', '2s', '--all'],
  );
  expect(live.code, live.stderr).toBe(0);
  expect(live.stderr).toMatch(/measuring with procfs/);
  expect(jsonLines(live.stdout).length).toBeGreaterThan(3);
  expect((await ethogram('recordings')).stdout).toBe(before);
});

test('a host that never recorded is scored live by a model file, without a store', async () => {
  const home = join(folder, 'fresh');
  const fresh = (...args: string[]) =>
    start(args, { XDG_CONFIG_HOME: folder, XDG_DATA_HOME: home }).done;
  const args = ['score', '--live', ...FAST, '--duration', '2s', '--all'];
  const live = await fresh(...args, '--model', model);
  expect(live.code, live.stderr).toBe(0);
  expect(live.stderr).toMatch(/anomalies are not kept: .* holds no store/);
  expect(jsonLines(live.stdout).length).toBeGreaterThan(3);
  expect(existsSync(home)).toBe(false);
  // A model of the store, or a store that was named, cannot be done without.
  expect((await fresh(...args, '--model', 'web')).code).toBe(6);
  const named = await fresh(...args, '--model', model, '--store', `lmdb:${join(home, 'named')}`);
  expect(named.code, named.stderr).toBe(6);
});

test('a recording can be played into another one, faster than it was', async () => {
  const played = await ethogram(
    ...['record', '--backend', 'replay', '--from-recording', 'a', '--speed', '100'],
    ...['--recording', 'c'],
  );
  expect(played.code, played.stderr).toBe(0);
  const rows = jsonLines<{ name: string; ticks: number }>((await ethogram('recordings')).stdout);
  const ticksOf = (name: string) => rows.find((row) => row.name === name)?.ticks;
  expect(ticksOf('c')).toBe(ticksOf('a'));
  const unnamed = await ethogram('record', '--backend', 'replay');
  expect(unnamed.code).toBe(2);
});

test('the demo tells the whole story of a recording from a folder, without store or privilege', async () => {
  const data = join(folder, 'data');
  mkdirSync(data);
  await ethogram(
    'export',
    '--recording',
    'b',
    '--format',
    'parquet',
    '--out',
    join(data, 'b.parquet'),
  );
  await ethogram(
    'export',
    '--recording',
    'a',
    '--format',
    'parquet',
    '--out',
    join(data, 'a.parquet'),
  );
  const infos = jsonLines<{ name: string; from: string; to: string }>(
    (await ethogram('recordings')).stdout,
  );
  const a = infos.find(({ name }) => name === 'a');
  const label = { kind: 'misbehaviour', name: 'nothing really', from: a?.to, to: a?.to };
  const from = new Date(Date.parse(a?.to ?? '') - 1000).toISOString();
  writeFileSync(join(data, 'labels.json'), JSON.stringify([{ ...label, from }]));
  const out = join(folder, 'story');
  const told = await ethogram('demo', '--dataset', data, '--out', out, '-o', 'json');
  expect(told.code, told.stderr).toBe(0);
  const story = JSON.parse(told.stdout) as { found: unknown[]; files: string[] };
  expect(story).toMatchObject({ type: 'demo', regime: 'provisional' });
  expect(story.found).toHaveLength(1);
  for (const file of story.files) expect(existsSync(file), file).toBe(true);
  expect(readFileSync(join(out, 'graph.svg'), 'utf8')).toMatch(/^<svg|^<\?xml/);
  const lines = await ethogram('demo', '--dataset', data, '--out', out, '-o', 'table');
  expect(lines.stdout).toMatch(/Learned from \d+ ticks[\s\S]*Files: /);
  expect((await ethogram('demo', '--dataset', folder, '--out', out)).code).toBe(2);
});
