import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packTicks, type Tick } from '@ethogram/core';
import { train } from '@ethogram/learn';
import { type Model, serialiseModel } from '@ethogram/model';
import { createScorer } from '@ethogram/score';
import { openStore, type Store } from '@ethogram/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CheckpointKeeper, findCheckpoint, newestCheckpoint } from '../src/score/checkpoints.js';
import { keepEvents } from '../src/score/keep-events.js';
import { anomaly, scored } from './example-anomaly.js';
import { run } from './fake-terminal.js';
import { madeTick, processSample, T } from './made-tick.js';

const HOUR = 3_600_000;

const of = { host: 'h', model: 'm', recording: 'r' };

/** A host with one service; from tick 90 on it starts programs that it never started. */
function tickAt(index: number): Tick {
  const calls = 100 + 20 * Math.sin(index / 5) + ((index * 7919) % 13);
  const values = { 'syscall.read.calls': calls, 'syscall.write.calls': Math.round(calls) / 2 };
  const strange = index >= 90 && index % 10 === 0;
  return madeTick(index, [
    processSample('web', values),
    ...(strange ? [processSample(`sh-${index}`, values)] : []),
  ]);
}

describe('scoring from a checkpoint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-checkpoints-'));
  const uri = `lmdb:${join(folder, 'store')}`;
  const file = join(folder, 'model.json');
  const ticks = Array.from({ length: 150 }, (_, index) => tickAt(index));
  let model: Model;
  let store: Store;
  let live: string[];
  let checkpoint: string;

  const score = (...more: string[]) =>
    run(['score', '--store', uri, '--model', file, '--recording', 'r', '-o', 'jsonl', ...more]);

  beforeAll(async () => {
    const window = { from: T, to: T + 60_000, exclude: [] };
    const read = async function* () {
      yield packTicks(ticks.slice(0, 60));
    };
    model = await train(read, { name: 'm', window, seed: 1 }, { learnGraph: null });
    writeFileSync(file, serialiseModel(model));
    store = await openStore(uri, { mode: 'write' });
    await store.samples.append('r', ticks);
    const scorer = createScorer(model);
    const keeper = new CheckpointKeeper(store, of, 'middle');
    live = [];
    for (const tick of ticks) {
      if (tick.seq === 105) await keeper.keepIfDue(scorer, tick.ts - 1000);
      for (const one of scorer.push(packTicks([tick]))) {
        await keepEvents(store, one);
        live.push(...one.anomalies.map((record) => JSON.stringify(record)));
      }
    }
    checkpoint = (await store.events.list({ kind: 'checkpoint' }))[0]?.id ?? '';
    await store.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('every record names the checkpoint before it, or none', () => {
    const named = live.map((line) => JSON.parse(line).checkpoint);
    expect(named).toEqual([null, null, checkpoint, checkpoint, checkpoint, checkpoint]);
    expect(checkpoint).toMatch(/^[0-9a-f]{16}$/);
  });

  test('gives the same bytes as the scorer that wrote it, from its last tick on', async () => {
    for (const more of [[], ['--from', new Date(T).toISOString()]]) {
      const replayed = await score('--checkpoint', checkpoint, ...more);
      expect(replayed.code, replayed.stderr).toBe(0);
      expect(replayed.stdout.trimEnd().split('\n')).toEqual(live.slice(2));
      expect(replayed.stderr).toContain('45 ticks scored');
    }
  });

  test('is refused with another model, an unknown id, or live', async () => {
    const other = join(folder, 'other.json');
    const read = async function* () {
      yield packTicks(ticks.slice(0, 70));
    };
    const window = { from: T, to: T + 70_000, exclude: [] };
    const made = await train(read, { name: 'm', window, seed: 1 }, { learnGraph: null });
    writeFileSync(other, serialiseModel(made));
    const wrong = await score('--checkpoint', checkpoint, '--model', other);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('SCORE-1001');
    const unknown = await score('--checkpoint', 'feedfeedfeedfeed');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('CLI-1017');
    const both = await score('--checkpoint', checkpoint, '--live');
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('expected --checkpoint without --live');
  });
});

describe('checkpoints of a scorer that runs', () => {
  /** A scorer whose state is the number of times that it was asked. */
  function counting() {
    let asked = 0;
    return {
      push: () => [],
      reopen: () => undefined,
      acknowledge: () => undefined,
      checkpoint: () => `state ${asked++}`,
    };
  }

  test('are kept every hour of ticks, at once only where asked, and can be found', async () => {
    const store = await openStore('memory:', { mode: 'write' });
    const later = new CheckpointKeeper(store, of, 'start');
    const scorer = counting();
    for (const ts of [T, T + HOUR - 1]) await later.keepIfDue(scorer, ts);
    expect(await store.events.list({ kind: 'checkpoint' })).toEqual([]);
    await later.keepIfDue(scorer, T + HOUR);
    const [event] = await store.events.list({ kind: 'checkpoint' });
    expect(await findCheckpoint(store, event?.id ?? '')).toEqual({
      id: event?.id,
      ts: T + HOUR,
      text: 'state 0',
    });
    await store.events.put({
      id: 'x',
      kind: 'checkpoint',
      host: 'h',
      ts: T,
      body: '{"gzip":"AA"}',
    });
    await expect(findCheckpoint(store, 'x')).rejects.toMatchObject({ code: 'SCORE-1002' });
  });

  test('are found by model and recording, the newest that can be read', async () => {
    const store = await openStore('memory:', { mode: 'write' });
    const scorer = counting();
    for (const [i, other] of [of, of, { ...of, model: 'n' }, { ...of, recording: 's' }].entries()) {
      await new CheckpointKeeper(store, other, 'middle').keep(scorer, T + i);
    }
    expect(await newestCheckpoint(store, of)).toMatchObject({ ts: T + 1, text: 'state 1' });
    const [, newest] = await store.events.heads({ kind: 'checkpoint' });
    if (newest) await store.events.put({ ...newest, body: JSON.stringify({ ...of, gzip: 'AA' }) });
    expect(await newestCheckpoint(store, of)).toMatchObject({ ts: T, text: 'state 0' });
    expect(await newestCheckpoint(store, { ...of, host: 'elsewhere' })).toBeUndefined();
  });

  test('are bounded: the newest twelve stay, and older ones that anomalies name, twelve at most', async () => {
    const store = await openStore('memory:', { mode: 'write' });
    const keeper = new CheckpointKeeper(store, of, 'middle');
    const scorer = counting();
    const ids: string[] = [];
    for (let hour = 0; hour < 40; hour++) {
      const ts = T + hour * HOUR;
      await keeper.keepIfDue(scorer, ts);
      const id = (await store.events.list({ kind: 'checkpoint' })).at(-1)?.id ?? '';
      ids.push(id);
      if (hour === 3 || hour >= 6) {
        const record = anomaly(`a${hour}`, { host: 'h', checkpoint: id });
        await keepEvents(store, scored({ ts: ts + 1, host: 'h', anomalies: [record] }));
      }
      const kept = await store.events.list({ kind: 'checkpoint' });
      expect(kept.length).toBeLessThanOrEqual(24);
      if (hour === 17) expect(kept.map(({ id }) => id)).toEqual([ids[3], ...ids.slice(6)]);
    }
    const kept = await store.events.list({ kind: 'checkpoint' });
    expect(kept.map(({ id }) => id)).toEqual(ids.slice(-24));
  });
});
