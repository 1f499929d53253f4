import type { Tick } from '@ethogram/core';
import { openStore, type Store } from '@ethogram/store';
import { beforeEach, describe, expect, test } from 'vitest';
import { findWindow } from '../src/window/find-window.js';
import { readQueries } from '../src/window/read-queries.js';
import type { WindowValues } from '../src/window/window-options.js';

const NOW = Date.UTC(2026, 4, 1, 12);
const none: WindowValues = {
  recording: undefined,
  from: undefined,
  to: undefined,
  host: undefined,
};

function ticks(host: string, count: number): Tick[] {
  return Array.from({ length: count }, (_, i) => ({
    host,
    boot: 'b',
    seq: i,
    ts: NOW - (count - i) * 1_000,
    intervalNs: 1e9,
    backend: 'procfs',
    blind: [],
    samples: [{ kind: 'process', name: 'p', values: new Map([['cpu.ns', 1]]) }],
    links: [],
    linkSnapshot: false,
    markers: [],
    lost: {},
  }));
}

let store: Store;
beforeEach(async () => {
  store = await openStore('memory:', { mode: 'write' });
  await store.samples.append('one', ticks('a', 60));
  await store.samples.append('two', ticks('b', 30));
});

async function count(query: Parameters<Store['samples']['read']>[0]): Promise<number> {
  let total = 0;
  for await (const block of store.samples.read(query)) total += block.ts.length;
  return total;
}

describe('a window', () => {
  test('of a recording holds all its ticks, the last one included', async () => {
    const found = await findWindow(store, { ...none, recording: 'one' }, NOW);
    expect(found.host).toBe('a');
    expect(await count(found.query)).toBe(60);
  });

  test('may be a part of a recording, relative to now', async () => {
    const values = {
      ...none,
      recording: 'one',
      from: { kind: 'ago', ms: 30_000 },
      to: { kind: 'ago', ms: 10_000 },
    } as const;
    const exclude = [
      { from: { kind: 'ago', ms: 20_000 }, to: { kind: 'ago', ms: 15_000 } },
    ] as const;
    const found = await findWindow(store, values, NOW, exclude);
    expect(found.window).toEqual({
      from: NOW - 30_000,
      to: NOW - 10_000,
      exclude: [{ from: NOW - 20_000, to: NOW - 15_000 }],
    });
    expect(await count(found.query)).toBe(20);
  });

  test('says what is wrong: nothing named, unknown name, several hosts, empty, reversed', async () => {
    const from = { kind: 'at', ms: 0 } as const;
    const failing: [Partial<WindowValues>, string][] = [
      [{}, 'CLI-1001'],
      [{ recording: 'three' }, 'CLI-1005'],
      [{ from }, 'CLI-1001'],
      [{ recording: 'one', host: 'b' }, 'CLI-1007'],
      [{ recording: 'one', from: { kind: 'at', ms: NOW + 1 } }, 'CLI-1007'],
      [{ recording: 'one', to: { kind: 'at', ms: 1 } }, 'CLI-1002'],
      [{ recording: 'one', from, to: { kind: 'at', ms: 1 } }, 'CLI-1007'],
    ];
    for (const [values, code] of failing) {
      await expect(findWindow(store, { ...none, ...values }, NOW)).rejects.toMatchObject({ code });
    }
    expect((await findWindow(store, { ...none, from, host: 'b' }, NOW)).host).toBe('b');
  });
});

test('queries without any option read every host', async () => {
  const queries = await readQueries(store, none, NOW);
  expect(queries.map(({ host }) => host)).toEqual(['a', 'b']);
});
