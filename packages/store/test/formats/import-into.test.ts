import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importInto, openStore, type SampleStore, type Store } from '../../src/index.js';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ethogram-import-test-'));
  store = await openStore('memory:', { mode: 'write' });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const rows = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `${from + i},${i % 3}\n`).join('');
const file = async (name: string, content: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

describe('an import into a store', () => {
  it('stores every tick once, however often the file is imported', async () => {
    const path = await file('a.csv', `timestamp,a\n${rows(0, 2000)}`);
    expect(await importInto(store.samples, 'r', [path], {})).toEqual({
      stored: 2000,
      repeated: 0,
      problems: 0,
    });
    expect(await importInto(store.samples, 'r', [path], {})).toEqual({
      stored: 0,
      repeated: 2000,
      problems: 0,
    });
    expect(await store.samples.recordings()).toMatchObject([
      { name: 'r', host: 'r', ticks: 2000, sources: 1 },
    ]);
  });

  it('puts several files into one recording, under the host that was named', async () => {
    const files = [
      await file('a.csv', `timestamp,a\n${rows(0, 10)}`),
      await file('b.ndjson', '{"ts":20,"source":"a","metric":"value","value":1}\n'),
    ];
    await importInto(store.samples, 'r', files, { host: 'web1' });
    expect(await store.samples.recordings()).toMatchObject([{ host: 'web1', ticks: 11 }]);
  });

  it('stores the same where it reads once only, and no new recording where that fails', async () => {
    const good = await file('a.csv', `timestamp,a\n${rows(0, 2000)}`);
    const bad = await file('b.csv', `timestamp,a\n${rows(3000, 5000)}5000,x\n`);
    const once = { once: true };
    expect(await importInto(store.samples, 'r', [good], once)).toEqual({
      stored: 2000,
      repeated: 0,
      problems: 0,
    });
    const left = { ...once, partial: true };
    expect(await importInto(store.samples, 'partial', [bad], left)).toMatchObject({
      stored: 2000,
      problems: 1,
    });
    await expect(importInto(store.samples, 'fails', [good, bad], once)).rejects.toMatchObject({
      code: 'FORMAT-1001',
    });
    const names = (await store.samples.recordings()).map(({ name }) => name);
    expect(names.sort()).toEqual(['partial', 'r']);
  });

  it('stores nothing where the last line of the last file is malformed', async () => {
    const good = await file('a.csv', `timestamp,a\n${rows(0, 2000)}`);
    const bad = await file('b.csv', `timestamp,a\n${rows(3000, 5000)}5000,x\n`);
    await expect(importInto(store.samples, 'r', [good, bad], {})).rejects.toMatchObject({
      code: 'FORMAT-1001',
      message: expect.stringContaining('b.csv:2002:6:'),
    });
    expect(await store.samples.recordings()).toEqual([]);
  });

  it('leaves out and counts what is malformed where a partial import was asked for', async () => {
    const path = await file('a.csv', `timestamp,a\n1,1\nx,1\n2,2\n3,y\n`);
    const lines: unknown[] = [];
    const onProblem = (error: { readonly details: object }) => lines.push(error.details);
    expect(await importInto(store.samples, 'r', [path], { partial: true, onProblem })).toEqual({
      stored: 2,
      repeated: 0,
      problems: 2,
    });
    expect(lines).toMatchObject([
      { line: 3, column: 1 },
      { line: 5, column: 3 },
    ]);
  });

  it('removes a new recording again where the store fails half-way, and keeps an old one', async () => {
    const old = await file('a.csv', `timestamp,a\n${rows(0, 10)}`);
    const more = await file('b.csv', `timestamp,a\n${rows(100, 2000)}`);
    let calls = 0;
    const failing: SampleStore = {
      append: (recording, ticks) => {
        calls++;
        if (calls % 2 === 0) return Promise.reject(new Error('disk full'));
        return store.samples.append(recording, ticks);
      },
      read: (query, options) => store.samples.read(query, options),
      recordings: () => store.samples.recordings(),
      seal: (recording) => store.samples.seal(recording),
      remove: (recording) => store.samples.remove(recording),
    };
    await expect(importInto(failing, 'new', [more], {})).rejects.toThrow('disk full');
    expect(await store.samples.recordings()).toEqual([]);
    await importInto(store.samples, 'old', [old], {});
    await expect(importInto(failing, 'old', [more], {})).rejects.toThrow('disk full');
    const [half] = await store.samples.recordings();
    expect(half?.ticks).toBeGreaterThan(10);
    await importInto(store.samples, 'old', [more], {});
    expect(await store.samples.recordings()).toMatchObject([{ name: 'old', ticks: 1910 }]);
  });

  it('stops where it is told to, and removes what it had begun', async () => {
    const path = await file('a.csv', `timestamp,a\n${rows(0, 2000)}`);
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(importInto(store.samples, 'r', [path], { signal })).rejects.toThrow('stop');
    expect(await store.samples.recordings()).toEqual([]);
  });

  it('leaves nothing of standard input behind', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('ethogram-import-'));
    const stdin = Readable.from(['timestamp,a\n1,1\n']);
    await importInto(store.samples, 'r', ['-'], { stdin });
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('ethogram-import-'));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
  });

  it.each([
    ['no file', []],
    ['standard input twice', ['-', '-']],
  ])('refuses %s', async (_, files) => {
    await expect(importInto(store.samples, 'r', files, {})).rejects.toMatchObject({
      code: 'FORMAT-1007',
    });
  });

  it.each([
    ['a file that is not there', 'missing.csv'],
    ['a folder', '.'],
  ])('refuses %s, and says which', async (_, name) => {
    const path = join(folder, name);
    await expect(importInto(store.samples, 'r', [path], {})).rejects.toMatchObject({
      code: 'FORMAT-1002',
      exitCode: 2,
      message: expect.stringContaining(path),
    });
  });
});

describe('the format of a file', () => {
  it.each([
    ['x.csv', 'timestamp,a\n1,1\n'],
    ['x.txt', 'timestamp,a\n1,1\n'],
    ['x.tsv', 'timestamp\ta\n1\t1\n'],
    ['x.jsonl', '{"ts":1,"source":"a","metric":"m","value":1}\n'],
    ['x', '{"ts":1,"source":"a","metric":"m","value":1}\n'],
    [
      'x.json',
      '{"type": "time", "data": "2024-05-01T00:00:00Z"}\n{"type": "map", "data": {"@": 1}}\n',
    ],
    ['x.out', '2024 May  1 00:00:00\n  nginx        5\n'],
  ])('is told of %s', async (name, content) => {
    const path = await file(name, content);
    expect((await importInto(store.samples, 'r', [path], {})).stored).toBe(1);
  });

  it('is not made up', async () => {
    const path = await file('x', 'Lorem ipsum\n');
    await expect(importInto(store.samples, 'r', [path], {})).rejects.toMatchObject({
      code: 'FORMAT-1003',
      exitCode: 2,
    });
  });
});
