import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Block, manualClock, packTicks, type Tick, unpackTicks } from '@ethogram/core';
import { train } from '@ethogram/learn';
import { serialiseModel } from '@ethogram/model';
import { mergeIntervals, openStore } from '@ethogram/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StepMerger } from '../src/window/step-merger.js';
import { run } from './fake-terminal.js';

const T = Date.UTC(2026, 4, 1);
const TRAINED = 10_800;
const TICKS = TRAINED + 900;

/** A host whose ticks end a third of a second after each second; near the end its disk runs wild. */
function tickAt(index: number): Tick {
  const noise = (salt: number): number => ((index * salt) % 101) / 101;
  const load = 200 + 60 * Math.sin(index / 500) + 40 * noise(7919);
  const wild = index > TRAINED + 500 ? 30 : 1;
  return {
    host: 'h',
    boot: 'b',
    seq: index,
    ts: T + index * 1000 + 333,
    intervalNs: 1e9,
    backend: 'ebpf',
    blind: [],
    samples: [
      {
        kind: 'process',
        name: 'web',
        values: new Map([
          ['syscall.read.calls', Math.round(load * (1 + noise(104_729)))],
          ['syscall.write.calls', Math.round(load / 2 + 30 * noise(1_299_709))],
          ['memory.rss', Math.round(5e7 + 1e6 * noise(15_485_863))],
        ]),
      },
      {
        kind: 'device',
        name: 'vda',
        values: new Map([
          ['iops.read', Math.round(20 * noise(32_452_843))],
          ['iops.write', Math.round(wild * (50 + load / 10))],
        ]),
      },
    ],
    links: [],
    linkSnapshot: false,
    markers: [],
    lost: index % 4000 === 17 ? { 'tick.late': 1 } : {},
  };
}

describe('ticks that are merged as they come', () => {
  const fine = Array.from({ length: 95 }, (_, index) => tickAt(index + 7));
  const merged = mergeIntervals(fine, 10_000);
  const passed = (merger: StepMerger, blocks: readonly Block[]) =>
    [...blocks.flatMap((block) => merger.push(block)), ...merger.rest()].flatMap(unpackTicks);

  test('are those that the store merges, however they come', () => {
    for (const length of [1, 4, 60]) {
      const blocks = [];
      for (let i = 0; i < fine.length; i += length) {
        blocks.push(packTicks(fine.slice(i, i + length)));
      }
      expect(passed(new StepMerger(10_000), blocks)).toEqual(
        merged.flatMap((tick) => unpackTicks(packTicks([tick]))),
      );
    }
  });

  test('are handed out once their step has ended, and at once where they are as long', () => {
    const merger = new StepMerger(10_000);
    const counts = fine.slice(0, 14).map((tick) => merger.push(packTicks([tick])).length);
    expect(counts).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const long = packTicks(merged.slice(1, -1));
    expect(new StepMerger(10_000).push(long)).toEqual([long]);
    const raw = packTicks(fine);
    expect(new StepMerger(undefined).push(raw)).toEqual([raw]);
  });
});

describe('the tier of 10 s', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-steps-'));
  const uri = `lmdb:${join(folder, 'store')}`;
  const files = { ten: join(folder, 'ten.json'), one: join(folder, 'one.json') };
  const clock = manualClock(T + TICKS * 1000 + 86_400_000);
  const PIECES = [0, TRAINED, TRAINED + 455, TICKS];

  const score = (file: string, ...more: string[]) =>
    run(['score', '--store', uri, '--model', file, '--recording', 'r', '-o', 'csv', ...more]);
  const learnAll = async () => {
    const args = ['train', '--store', uri, '--recording', 'r', '--name', 'all', '--out', '-'];
    const { code, stdout, stderr } = await run(args);
    expect(code, stderr).toBe(0);
    return { model: stdout, stderr };
  };
  const at = (index: number) => new Date(T + index * 1000).toISOString();

  beforeAll(async () => {
    const store = await openStore(uri, { mode: 'write', clock });
    for (const [i, to] of PIECES.entries()) {
      const from = PIECES[i - 1];
      if (from === undefined) continue;
      await store.samples.append(
        'r',
        Array.from({ length: to - from }, (_, k) => tickAt(from + k)),
      );
    }
    const window = { from: T, to: T + TRAINED * 1000, exclude: [] };
    const range = { from: window.from, to: window.to };
    const ten = await train(
      (part) => store.samples.read({ host: 'h', range: part ?? range, stepMs: 10_000 }),
      { name: 'ten', window, seed: 1 },
      { learnGraph: null },
    );
    expect(ten).toMatchObject({ regime: 'full', timing: { intervalMs: 10_000 } });
    writeFileSync(files.ten, serialiseModel(ten));
    const short = { from: T, to: T + 1000 * 1000, exclude: [] };
    const one = await train(
      (part) => store.samples.read({ host: 'h', range: part ?? short }),
      { name: 'one', window: short, seed: 1 },
      { learnGraph: null },
    );
    writeFileSync(files.one, serialiseModel(one));
    await store.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('gives a full model of such ticks what the raw ticks give, byte for byte; a coarser one is refused', async () => {
    const asked = [
      ['--all', '--from', at(TRAINED - 400)],
      ['--all', '--per-source', '--from', at(TRAINED + 3), '--to', at(TICKS - 4)],
      ['--from', at(TRAINED - 400)],
    ];
    const scoreAll = async () => {
      const all = [];
      for (const more of asked) all.push((await score(files.ten, ...more)).stdout);
      const compare = ['compare', '--store', uri, '--model', files.ten, '--recording', 'r'];
      all.push((await run([...compare, '--from', at(TRAINED - 400), '-o', 'json'])).stdout);
      return all;
    };
    const raw = await scoreAll();
    expect(raw[0]?.split('\n').length).toBe(130 + 2);
    expect(raw[2]).toContain('vda');
    expect(JSON.parse(raw[3] ?? '')).toMatchObject({ type: 'comparison', ticks: 130 });
    const fine = await score(files.one, '--from', at(TRAINED), '--all');
    expect(fine.code, fine.stderr).toBe(0);

    const store = await openStore(uri, { mode: 'write', clock });
    const tiers = [{ olderThanMs: 3_600_000, intervalMs: 10_000 }];
    const { mergedTicks } = await store.maintenance.retain({ tiers });
    expect(mergedTicks).toBeGreaterThan(TRAINED / 2);
    expect(mergedTicks).toBeLessThan(TICKS - TICKS / 10);
    await store.close();
    expect(await scoreAll(), 'merged but for what the incident pins').toEqual(raw);
    const learned = await learnAll();
    expect(JSON.parse(learned.model)).toMatchObject({
      regime: 'full',
      timing: { intervalMs: 10_000 },
    });
    expect(learned.stderr).toContain('merged to ticks of 10 s');
    const unpinned = await openStore(uri, { mode: 'write', clock });
    for (const { id } of await unpinned.maintenance.pins()) await unpinned.maintenance.unpin(id);
    await unpinned.samples.seal('r');
    const rest = await unpinned.maintenance.retain({ tiers });
    expect(mergedTicks + rest.mergedTicks).toBe(TICKS - TICKS / 10);
    await unpinned.close();
    expect(await scoreAll(), 'merged').toEqual(raw);
    // A window that is read in steps begins with a whole one.
    const { sources, thresholds } = JSON.parse((await learnAll()).model);
    const mixed = JSON.parse(learned.model);
    const same = [sources, thresholds];
    expect(isDeepStrictEqual(same, [mixed.sources, mixed.thresholds])).toBe(true);
    const refused = await score(files.one, '--from', at(TRAINED), '--all');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('SCORE-1003');

    const again = await openStore(uri, { mode: 'write', clock });
    for (const { id } of await again.maintenance.pins()) await again.maintenance.unpin(id);
    await again.maintenance.retain({ tiers: [{ olderThanMs: 3_600_000, intervalMs: 60_000 }] });
    await again.close();
    const coarse = await score(files.ten, '--all');
    expect(coarse.code).toBe(2);
    expect(coarse.stderr).toContain('SCORE-1003');
  });
});
