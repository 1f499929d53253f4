import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@ethogram/core';
import { EXAMPLE_START, exampleTicks } from '@ethogram/testkit';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { slotStart } from '../src/chunk/slot-value.js';
import { SYSTEM } from '../src/drivers/lmdb/file-system.js';
import { openLmdbStore } from '../src/drivers/lmdb/lmdb-store.js';
import type { OpenOptions, Store } from '../src/store.js';

describe('the LMDB store', () => {
  let path = '';
  const opened: Store[] = [];
  const openStore = async (options: OpenOptions): Promise<Store> => {
    const store = await openLmdbStore(path, options);
    opened.push(store);
    return store;
  };

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'ethogram-lmdb-'));
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    await rm(path, { recursive: true });
  });

  /** Looks at, or changes, what is really in the file. */
  const inside = async <T>(look: (db: ReturnType<typeof open<Buffer>>) => T): Promise<T> => {
    const db = open<Buffer>({ path, noSubdir: false, encoding: 'binary' });
    const found = look(db);
    await db.close();
    return found;
  };
  const keysUnder = (letter: string) =>
    inside((db) => [...db.getKeys({ start: [letter], end: [`${letter}~`] })].length);

  it('holds passed minutes as one chunk each and the open one as single ticks', async () => {
    const store = await openStore({ mode: 'write' });
    for (const tick of exampleTicks({ count: 150 })) await store.samples.append('a', [tick]);
    expect(await keysUnder('c')).toBe(2);
    expect(await keysUnder('t')).toBe(30);
    await store.samples.seal('a');
    expect(await keysUnder('c')).toBe(3);
    expect(await keysUnder('t')).toBe(0);
  });

  it('puts ten chunks of a minute into one when they are old, in less room', async () => {
    const clock = manualClock(EXAMPLE_START);
    const store = await openStore({ mode: 'write', clock });
    const ticks = exampleTicks({ count: 1800, sources: 12 });
    for (let at = 0; at < ticks.length; at += 60) {
      await store.samples.append('a', ticks.slice(at, at + 60));
    }
    await store.samples.seal('a');
    const before = await store.maintenance.usedBytes();
    clock.advance(3 * 3_600_000);
    const report = await store.maintenance.retain({});
    expect(report).toMatchObject({ repackedChunks: 30, mergedTicks: 0, deletedTicks: 0 });
    expect(await keysUnder('c')).toBe(3);
    expect(report.usedBytes).toBeLessThan(before);
    const seqs: number[] = [];
    for await (const block of store.samples.read({})) seqs.push(...block.seq);
    expect(seqs).toEqual(ticks.map((tick) => tick.seq));
  });

  it.each([60_000, 3_600_000])(
    'takes ticks %d ms apart, handed over at once, in few transactions',
    async (intervalMs) => {
      const clock = manualClock(EXAMPLE_START + 1000 * 86_400_000);
      const store = await openStore({ mode: 'write', clock });
      const transactions = () =>
        inside((db) => (db.getStats() as unknown as { lastTxnId: number }).lastTxnId);
      const before = await transactions();
      const ticks = exampleTicks({ count: 2000, sources: 1, intervalMs });
      for (let at = 0; at < ticks.length; at += 500) {
        await store.samples.append('a', ticks.slice(at, at + 500));
      }
      await store.samples.seal('a');
      expect((await transactions()) - before).toBeLessThan(100);
      const again = await store.samples.append('a', ticks);
      expect(again).toEqual({ stored: 0, repeated: 2000 });
      const seqs: number[] = [];
      for await (const block of store.samples.read({})) seqs.push(...block.seq);
      expect(seqs).toEqual(ticks.map((tick) => tick.seq));
      expect((await store.samples.recordings())[0]?.ticks).toBe(2000);
    },
  );

  it('puts ten minutes that are handed over whole into one chunk at once', async () => {
    const store = await openStore({ mode: 'write', clock: manualClock(EXAMPLE_START) });
    await store.samples.append('a', exampleTicks({ count: 100, intervalMs: 60_000 }));
    await store.samples.seal('a');
    const [first, minutes] = [slotStart(EXAMPLE_START, 600_000), 100];
    const last = EXAMPLE_START + (minutes - 1) * 60_000;
    const open = slotStart(last, 600_000);
    const expected = (open - first) / 600_000 + (slotStart(last) - open) / 60_000 + 1;
    expect(await keysUnder('c')).toBe(expected);
  });

  it('puts old chunks together by itself while it is appended to', async () => {
    const store = await openStore({ mode: 'write' });
    const ticks = exampleTicks({ count: 1500 });
    for (let at = 0; at < ticks.length; at += 50) {
      await store.samples.append('a', ticks.slice(at, at + 50));
    }
    await store.samples.seal('a');
    expect(await keysUnder('c')).toBe(7);
    const seqs: number[] = [];
    for await (const block of store.samples.read({})) seqs.push(...block.seq);
    expect(seqs).toEqual(ticks.map((tick) => tick.seq));
    expect((await store.samples.recordings())[0]?.ticks).toBe(1500);
  });

  it('takes late ticks into a chunk of ten minutes', async () => {
    const clock = manualClock(EXAMPLE_START);
    const store = await openStore({ mode: 'write', clock });
    const ticks = exampleTicks({ count: 1200 });
    await store.samples.append(
      'a',
      ticks.filter((_, i) => i % 100 !== 7),
    );
    await store.samples.seal('a');
    clock.advance(3 * 3_600_000);
    await store.maintenance.retain({});
    await store.samples.append(
      'a',
      ticks.filter((_, i) => i % 100 === 7),
    );
    const read = async () => {
      const seqs: number[] = [];
      for await (const block of store.samples.read({})) seqs.push(...block.seq);
      return seqs;
    };
    expect(await read()).toEqual(ticks.map((tick) => tick.seq));
    await store.samples.seal('a');
    expect(await read()).toEqual(ticks.map((tick) => tick.seq));
    expect(await keysUnder('c')).toBe(2);
  });

  it('refuses a second writer, and takes one again when the first has closed', async () => {
    const first = await openStore({ mode: 'write' });
    await expect(openLmdbStore(path, { mode: 'write' })).rejects.toMatchObject({
      code: 'STORE-1003',
      exitCode: 6,
      details: { pid: process.pid },
    });
    await first.close();
    await expect(openStore({ mode: 'write' })).resolves.toBeDefined();
  });

  const writer = (more: Record<string, unknown>) =>
    inside((db) => db.putSync(['w'], Buffer.from(JSON.stringify(more))));
  const lock = async (): Promise<Record<string, unknown>> =>
    inside((db) => JSON.parse(db.getBinary(['w'])?.toString() ?? '{}'));

  it('knows a pid that another process has now from the writer that had it', async () => {
    const store = await openStore({ mode: 'write' });
    const held = await lock();
    await store.close();
    await writer({ ...held, started: '1' });
    await expect(openStore({ mode: 'write' })).resolves.toBeDefined();
  });

  it('gives up a writer of another container once it was not seen for two minutes', async () => {
    const clock = manualClock(EXAMPLE_START);
    const store = await openStore({ mode: 'write', clock });
    const held = await lock();
    await store.close();
    await writer({ ...held, pidNamespace: 'pid:[1]', seenAt: clock.nowMs() - 60_000 });
    await expect(openLmdbStore(path, { mode: 'write', clock })).rejects.toMatchObject({
      code: 'STORE-1003',
    });
    clock.advance(90_000);
    await expect(openStore({ mode: 'write', clock })).resolves.toBeDefined();
  });

  it('refuses a store of a newer version, and leaves it as it is', async () => {
    await (await openStore({ mode: 'write' })).close();
    await inside((db) => db.putSync(['f'], Buffer.from('99')));
    for (const mode of ['read', 'annotate', 'write'] as const) {
      await expect(openLmdbStore(path, { mode })).rejects.toMatchObject({
        code: 'STORE-1004',
        exitCode: 6,
      });
    }
    expect(await inside((db) => db.getBinary(['f'])?.toString())).toBe('99');
  });

  it('refuses a store of an older layout, and does not call it damaged', async () => {
    await (await openStore({ mode: 'write' })).close();
    await inside((db) => db.putSync(['f'], Buffer.from('0')));
    for (const mode of ['read', 'annotate', 'write'] as const) {
      await expect(openLmdbStore(path, { mode })).rejects.toMatchObject({
        code: 'STORE-1019',
        exitCode: 6,
      });
    }
    expect(await inside((db) => db.getBinary(['f'])?.toString())).toBe('0');
  });

  /** Lets a process that reads be killed; whether its slot is still taken. */
  const killReader = (raw: ReturnType<typeof open<Buffer>>): (() => boolean) => {
    const script = `
      const db = require('lmdb').open({ path: process.argv[1], noSubdir: false });
      db.get('x', { transaction: db.useReadTransaction() });
      process.kill(process.pid, 'SIGKILL');`;
    const killed = spawnSync(process.execPath, ['-e', script, path]);
    expect(killed.signal, String(killed.stderr)).toBe('SIGKILL');
    return () => new RegExp(`\\b${killed.pid}\\b`).test(String(raw.readerList()));
  };

  it('clears the slots of readers that were killed when it is opened', async () => {
    const store = await openStore({ mode: 'write' });
    await store.samples.append('a', exampleTicks({ count: 3 }));
    const raw = open<Buffer>({ path, noSubdir: false, encoding: 'binary' });
    const isListed = killReader(raw);
    expect(isListed()).toBe(true);
    await openStore({ mode: 'read' });
    expect(isListed()).toBe(false);
    await raw.close();
  });

  it('clears them each minute too', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const store = await openStore({ mode: 'write' });
      await store.samples.append('a', exampleTicks({ count: 3 }));
      const raw = open<Buffer>({ path, noSubdir: false, encoding: 'binary' });
      const isListed = killReader(raw);
      vi.advanceTimersByTime(59_000);
      expect(isListed()).toBe(true);
      vi.advanceTimersByTime(1_000);
      expect(isListed()).toBe(false);
      await raw.close();
      await store.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it('holds no transaction while a reader thinks about a block', async () => {
    const store = await openStore({ mode: 'write' });
    await store.samples.append('a', exampleTicks({ count: 180 }));
    const raw = open<Buffer>({ path, noSubdir: false, encoding: 'binary' });
    /** Transactions that readers hold; a slot without one shows `-`. */
    const held = (): number =>
      String(raw.readerList())
        .split('\n')
        .filter((line) => /^\s*\d+\s+\S+\s+\d+\s*$/.test(line)).length;
    const transaction = raw.useReadTransaction();
    raw.get(['f'], { transaction });
    expect(held(), 'one that is held shows').toBe(1);
    transaction.done();
    raw.resetReadTxn();
    let blocks = 0;
    for await (const _ of store.samples.read({ recording: 'a' })) {
      blocks++;
      expect(held()).toBe(0);
    }
    expect(blocks).toBeGreaterThan(2);
    await raw.close();
  });

  it.each([
    ['read', 'annotate'],
    ['read', 'write'],
    ['annotate', 'read'],
    ['write', 'read'],
  ] as const)('opens for %s, then for %s, in one process', async (first, second) => {
    const maker = await openStore({ mode: 'write' });
    await maker.samples.append('a', exampleTicks({ count: 3 }));
    await maker.close();
    const stores = [await openStore({ mode: first }), await openStore({ mode: second })];
    for (const store of stores) expect(await store.samples.recordings()).toHaveLength(1);
    const more = stores[first === 'read' ? 1 : 0];
    await more?.events.put({ id: 'e', kind: 'anomaly', host: 'h', ts: 1, body: '' });
    for (const store of stores)
      expect(await store.events.list({ kind: 'anomaly' })).toHaveLength(1);
  });

  it.each(['read', 'annotate'] as const)('makes no store in mode %s', async (mode) => {
    await expect(openLmdbStore(join(path, 'typo'), { mode })).rejects.toMatchObject({
      code: 'STORE-1013',
      exitCode: 6,
    });
  });

  it('is not taken for one that is not there by who may not look into its folder', async () => {
    const store = await openStore({ mode: 'write' });
    await store.samples.append('a', exampleTicks({ count: 3 }));
    await store.close();
    const isRoot = process.geteuid?.() === 0;
    // Root is kept out by becoming somebody else for a moment: the folder is its owner's alone.
    await chmod(path, isRoot ? 0o700 : 0);
    if (isRoot) process.seteuid?.(65_534);
    try {
      for (const mode of ['read', 'annotate', 'write'] as const) {
        const closed = { code: 'STORE-1014', exitCode: 6 };
        await expect(openLmdbStore(path, { mode })).rejects.toMatchObject(closed);
      }
    } finally {
      if (isRoot) process.seteuid?.(0);
      await chmod(path, 0o700);
    }
    expect(await (await openStore({ mode: 'read' })).samples.recordings()).toHaveLength(1);
  });

  it('refuses network file systems and names them', async () => {
    const nfs = { ...SYSTEM, fileSystemType: () => 0x6969 };
    await expect(openLmdbStore(path, { mode: 'write' }, nfs)).rejects.toMatchObject({
      code: 'STORE-1012',
      message: expect.stringContaining('nfs'),
    });
  });

  it('refuses a path that is a file', async () => {
    await expect(openLmdbStore('/proc/self/status', { mode: 'write' })).rejects.toMatchObject({
      exitCode: 6,
    });
  });

  it('stops at its size limit, keeps what it has, and goes on when there is room', async () => {
    const clock = manualClock(EXAMPLE_START + 86_400_000);
    const store = await openStore({ mode: 'write', maxBytes: 200_000, clock });
    const ticks = exampleTicks({ count: 3000, sources: 12 });
    let stored = 0;
    const filling = async () => {
      for (const tick of ticks) {
        await store.samples.append('a', [tick]);
        stored++;
      }
    };
    await expect(filling()).rejects.toMatchObject({ code: 'STORE-1011', exitCode: 6 });
    expect(stored).toBeGreaterThan(100);
    expect((await store.samples.recordings())[0]?.ticks).toBe(stored);
    await store.maintenance.retain({ maxBytes: 100_000 });
    expect(await store.samples.append('a', ticks.slice(stored, stored + 1))).toEqual({
      stored: 1,
      repeated: 0,
    });
  });

  it('adds nothing where the disk is nearly full, still removes, and goes on when there is room', async () => {
    const disk = { ...SYSTEM, freeBytes: () => free };
    let free = 1e9;
    const store = await openLmdbStore(path, { mode: 'write' }, disk);
    opened.push(store);

    await store.samples.append('a', exampleTicks({ count: 20 }));
    free = 9 * 1024 * 1024;
    await store.samples.append('a', exampleTicks({ count: 21 }));
    free = 8 * 1024 * 1024;
    const full = { code: 'STORE-1010', exitCode: 6, details: { freeBytes: free } };
    await expect(store.samples.append('a', exampleTicks({ count: 22 }))).rejects.toMatchObject(
      full,
    );
    await expect(store.samples.seal('a')).rejects.toMatchObject(full);
    const head = { name: 'm', host: 'h', state: 'candidate', storedAt: 0 } as const;
    free = 9 * 1024 * 1024;
    // What does not fit with twice its size to spare is not begun either.
    await expect(store.models.put({ ...head, json: ' '.repeat(600_000) })).rejects.toMatchObject({
      code: 'STORE-1010',
    });
    free = 0;
    expect((await store.samples.recordings())[0]?.ticks).toBe(21);
    await expect(store.samples.remove('a')).rejects.toMatchObject({ code: 'STORE-1010' });
    free = 256 * 1024;
    expect(await store.samples.remove('a')).toBe(true);
    free = 1e9;
    await store.samples.append('a', exampleTicks({ count: 22 }));
    expect((await store.samples.recordings())[0]?.ticks).toBe(22);
  });

  it.each(['tick', '5s', 'off'] as const)(
    'keeps what it acknowledged with --sync %s',
    async (sync) => {
      const store = await openStore({ mode: 'write', sync });
      await store.samples.append('a', exampleTicks({ count: 70 }));
      await store.close();
      const again = await openStore({ mode: 'read' });
      expect((await again.samples.recordings())[0]?.ticks).toBe(70);
    },
  );

  it('gives the room of a removed recording back to the file system', async () => {
    const store = await openStore({ mode: 'write' });
    await store.samples.append('a', exampleTicks({ count: 10 }));
    await store.samples.append('b', exampleTicks({ count: 3000, sources: 20 }));
    await store.samples.remove('b');
    const { beforeBytes, afterBytes } = await store.maintenance.compact();
    expect(afterBytes).toBeLessThan(beforeBytes / 2);
    expect((await store.samples.recordings()).map((info) => info.name)).toEqual(['a']);
    await expect(openLmdbStore(path, { mode: 'write' })).rejects.toMatchObject({
      code: 'STORE-1003',
    });
  });

  it('makes folders and files that are its owner’s alone, also by compacting', async () => {
    const made = join(path, 'made', 'here');
    const store = await openLmdbStore(made, { mode: 'write' });
    opened.push(store);
    await store.samples.append('a', exampleTicks({ count: 10 }));
    const modes = () =>
      ['..', '.', 'data.mdb', 'lock.mdb'].map((name) => statSync(join(made, name)).mode & 0o777);
    expect(modes()).toEqual([0o700, 0o700, 0o600, 0o600]);
    await store.maintenance.compact();
    expect(modes()).toEqual([0o700, 0o700, 0o600, 0o600]);
  });

  it('does not compact under another handle of this process', async () => {
    const store = await openStore({ mode: 'write' });
    await store.samples.append('a', exampleTicks({ count: 10 }));
    const annotator = await openStore({ mode: 'annotate' });
    await expect(store.maintenance.compact()).rejects.toMatchObject({ code: 'STORE-1015' });
    await annotator.events.put({ id: 'e', kind: 'anomaly', host: 'h', ts: 1, body: '' });
    expect(await store.events.list({ kind: 'anomaly' })).toHaveLength(1);
  });

  it('says which bytes are damaged instead of handing them out', async () => {
    const store = await openStore({ mode: 'write' });
    await store.samples.append('a', exampleTicks({ count: 60 }));
    await store.samples.seal('a');
    await inside((db) => {
      const [key] = db.getKeys({ start: ['c'], end: ['d'] });
      const bytes = Buffer.from(db.getBinary(key as string[]) ?? []);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      db.putSync(key as string[], bytes);
    });
    const reading = (async () => {
      for await (const _ of store.samples.read({})) expect.unreachable();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'STORE-1005', exitCode: 1 });
  });
});
