import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { train } from '@ethogram/learn';
import { serialiseModel } from '@ethogram/model';
import type { IncidentRecord } from '@ethogram/score';
import { openStore } from '@ethogram/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../src/main.js';
import { fakeTerminal, run } from './fake-terminal.js';
import { madeTick, processSample, T } from './made-tick.js';

/** Ticks are there for ten minutes, then not for two, then for one. */
const TRAINED = 600;
const AGAIN = 720;
const END = 780;

const folder = mkdtempSync(join(tmpdir(), 'ethogram-score-'));
const uri = `lmdb:${join(folder, 'store')}`;
const model = join(folder, 'model.json');
const at = (index: number) => new Date(T + index * 1000).toISOString();

/** In another recording the database goes wild, and in the end ticks are too coarse to score. */
const WILD = 1095;
const COARSE = 1100;

function tickAt(index: number) {
  const noise = ((index * 7919) % 101) / 101;
  return madeTick(index, [processSample('db', { 'syscall.read.calls': 300 + 50 * noise })]);
}

function wildTickAt(index: number) {
  const samples = [processSample('db', { 'syscall.read.calls': 9000, 'syscall.fsync.calls': 900 })];
  const tick = index < WILD ? tickAt(index) : madeTick(index, samples);
  return index < COARSE ? tick : { ...tick, backend: 'bpftrace', intervalNs: 5_000_000_000 };
}

beforeAll(async () => {
  const store = await openStore(uri, { mode: 'write' });
  const ticks = Array.from({ length: END }, (_, index) => tickAt(index));
  await store.samples.append('r', [...ticks.slice(0, TRAINED), ...ticks.slice(AGAIN)]);
  const wild = Array.from({ length: COARSE + 60 }, (_, index) => wildTickAt(index));
  await store.samples.append('wild', wild.slice(AGAIN, COARSE));
  await store.samples.append('wild', wild.slice(COARSE));
  const window = { from: T, to: T + TRAINED * 1000, exclude: [] };
  const learned = await train(
    (range) => store.samples.read({ host: 'h', recording: 'r', range: range ?? window }),
    { name: 'web', window, seed: 1 },
    { learnGraph: null },
  );
  writeFileSync(model, serialiseModel(learned));
  await store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const score = (...args: string[]) => run(['score', '--store', uri, '--model', model, ...args]);
const report = (...args: string[]) => run(['report', '--store', uri, ...args]);

describe('a window without a tick in it', () => {
  const HOLE = ['--recording', 'r', '--from', at(TRAINED + 20), '--to', at(AGAIN - 20)];

  test('is not enough data to score, whatever is asked for', async () => {
    for (const more of [[], ['--fail-on', 'warning'], ['--all', '-o', 'csv']]) {
      const { code, stderr } = await score(...HOLE, ...more);
      expect(code, stderr).toBe(4);
      expect(stderr).toContain('CLI-1007: expected ticks in the window, found none');
    }
  });

  test('makes no page, with a model or without', async () => {
    for (const more of [[], ['--model', model]]) {
      const { code, stdout, stderr } = await report(...HOLE, ...more);
      expect([code, stdout], stderr).toEqual([4, '']);
      expect(stderr).toContain('CLI-1007');
    }
  });

  test('is no such window where it reaches into ticks', async () => {
    const { code, stderr } = await score('--recording', 'r', '--from', at(AGAIN - 20), '--all');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('60 ticks scored');
  });
});

describe('a replay that does not come to its end leaves no incident open', () => {
  const WILDLY = ['score', '--store', uri, '--model', model, '--recording', 'wild', '-o', 'jsonl'];
  const incidents = async () => {
    const store = await openStore(uri, { mode: 'annotate' });
    const found = await store.events.list({ kind: 'incident' });
    for (const { id } of found) await store.events.remove('incident', id);
    await store.close();
    return found.map(({ body }) => JSON.parse(body) as IncidentRecord);
  };
  const areClosed = (found: readonly IncidentRecord[]) => {
    expect(found.length).toBeGreaterThan(0);
    for (const one of found) expect(one).toMatchObject({ state: 'closed', replay: true });
  };

  test('where its ticks become too coarse', async () => {
    const { code, stderr } = await run(WILDLY);
    expect([code, stderr]).toEqual([2, expect.stringContaining('SCORE-1003')]);
    areClosed(await incidents());
  });

  test.each(['SIGINT', 'EPIPE'])('on %s', async (how) => {
    const terminal = fakeTerminal();
    const { stdout } = terminal;
    const write = stdout.write.bind(stdout);
    stdout.write = (data) => {
      if (how === 'SIGINT') terminal.signals.emit('SIGINT', 'SIGINT');
      else stdout.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }));
      return write(data);
    };
    const code = await main(WILDLY, terminal);
    expect([code, terminal.stderr.text]).toEqual([how === 'SIGINT' ? 130 : 0, '']);
    areClosed(await incidents());
  });
});

describe('a flag that would change nothing is refused', () => {
  test.each([
    [['--live', '--recording', 'r'], 'no window with --live, found --recording'],
    [['--live', '--to', 'now', '--host', 'h'], 'no window with --live, found --to, --host'],
    [['--recording', 'r', '--duration', '1m'], '--live with what only it heeds, found --duration'],
    [['--recording', 'r', '--backend', 'procfs', '--recipe', 'a.bt'], 'found --backend, --recipe'],
  ])('score %j', async (args, message) => {
    const { code, stdout, stderr } = await score(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/CLI-1001: expected /);
    expect(stderr).toContain(message);
  });

  test.each([[['--to', 'now']], [['--host', 'h']]])('report --model with %j', async (args) => {
    const { code, stdout, stderr } = await report('--model', model, ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`a window by --recording or --from, found ${args[0]}`);
  });

  test('but not a variable, which may be meant for other runs', async () => {
    const args = ['score', '--store', uri, '--model', model, '--recording', 'r'];
    const { code, stderr } = await run(args, { ETHOGRAM_INTERVAL: '5s', ETHOGRAM_DURATION: '1m' });
    expect(code, stderr).toBe(0);
  });
});
