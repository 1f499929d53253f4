import { randomBytes } from 'node:crypto';
import { seededRng } from '@ethogram/core';
import { openStore, type Store } from '@ethogram/store';
import { exampleTicks } from '@ethogram/testkit';
import { MongoClient } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';
import { skippedTest } from '../skipped-test.js';
import { startCuttingProxy } from './cutting-proxy.js';
import { startMongoServer } from './mongodb-server.js';

/** `npm run soak` asks for hundreds. */
const CUTS = Number(process.env.ETHOGRAM_TEST_CUTS ?? 40);

const server = await startMongoServer();
const target =
  'reason' in server ? undefined : /:\/\/(?:127\.0\.0\.1|localhost):(\d+)$/.exec(server.host);

describe('a MongoDB store whose connection is lost', () => {
  if ('reason' in server || !target) {
    const reason =
      'reason' in server
        ? server.reason
        : 'the named server is not on the loopback without a login';
    skippedTest('stores every tick once', reason);
    return;
  }
  afterAll(() => server.stop());

  const database = (): string => `ethogram_test_${randomBytes(6).toString('hex')}`;
  const through = (port: number, name: string): string =>
    `mongodb://127.0.0.1:${port}/${name}?directConnection=true&retryWrites=false&retryReads=false&serverSelectionTimeoutMS=3000`;
  const direct = (name: string): string => `${server.host}/${name}${server.options}`;

  const readBack = async (name: string): Promise<{ seqs: number[]; ticks: number | undefined }> => {
    const store = await openStore(direct(name), { mode: 'read' });
    const seqs = await readSeqs(store);
    const [info] = await store.samples.recordings();
    await store.close();
    const client = await new MongoClient(direct(name)).connect();
    await client.db(name).dropDatabase();
    await client.close();
    return { seqs, ticks: info?.ticks };
  };

  it.each(['bucketed', 'native'] as const)(
    `stores every tick once when replies are lost ${CUTS} times (%s)`,
    async (layout) => {
      const proxy = await startCuttingProxy(Number(target[1]), seededRng(7));
      const name = database();
      const store = await openStore(through(proxy.port, name), { mode: 'write', layout });
      const ticks = exampleTicks({ count: 20_000, sources: 1 });
      proxy.cut(1 / 4);
      let sent = 0;
      while (proxy.cuts < CUTS && sent < ticks.length) {
        await store.samples.append('live', ticks.slice(sent, sent + 3));
        sent += 3;
      }
      proxy.cut(0);
      expect(proxy.cuts).toBeGreaterThanOrEqual(CUTS);
      await store.close();
      await proxy.close();
      const { seqs, ticks: counted } = await readBack(name);
      expect(seqs).toEqual(ticks.slice(0, sent).map((tick) => tick.seq));
      expect(counted).toBe(sent);
    },
  );

  it('goes on within a bound while the server is away, and counts what it dropped', async () => {
    const proxy = await startCuttingProxy(Number(target[1]), seededRng(7));
    const name = database();
    // A server that is there has to be found within this on a loaded machine too.
    const uri = through(proxy.port, name).replace('=3000', '=1000');
    const store = await openStore(uri, { mode: 'write', buffer: { ticks: 10, values: 1e6 } });
    const ticks = exampleTicks({ count: 40 });
    const before = await store.samples.append('live', ticks.slice(0, 5));
    expect(before).toEqual({ stored: 5, repeated: 0 });
    proxy.cut(1);
    let sent = 5;
    for (const count of [1, 7, 4, 1, 12]) {
      const result = await store.samples.append('live', ticks.slice(sent, sent + count));
      sent += count;
      expect(result.stored).toBe(0);
      expect(result.buffered).toBe(Math.min(sent - 5, 10));
      expect(result.dropped).toBe(Math.max(0, sent - 15));
    }
    proxy.cut(0);
    await expect
      .poll(() => store.samples.append('live', ticks.slice(30, 31)), { timeout: 20_000 })
      .toEqual({ stored: expect.any(Number), repeated: expect.any(Number) });
    const closing = await store.close().catch((error: unknown) => error);
    expect(closing).toMatchObject({ code: 'STORE-1017', exitCode: 6 });
    await proxy.close();
    const { seqs } = await readBack(name);
    expect(seqs.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(seqs.at(-1)).toBe(30);
    expect(new Set(seqs).size).toBe(seqs.length);
    // Beside what was acknowledged and what waited: tick 5, whose insert may have reached the server
    // before the connection was cut, although its answer did not come.
    const waited = Array.from({ length: 10 }, (_, i) => 20 + i);
    expect([0, 1, 2, 3, 4, 5, ...waited, 30]).toEqual(expect.arrayContaining(seqs));
  });

  it('says with exit code 6 that there is no server', async () => {
    const proxy = await startCuttingProxy(Number(target[1]), seededRng(7));
    await proxy.close();
    const uri = through(proxy.port, 'none').replace('=3000', '=150').replace('//', '//me:secret@');
    const error = await openStore(uri, { mode: 'write' }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'STORE-1002', exitCode: 6 });
    expect(String(error)).not.toContain('secret');
  });
});

async function readSeqs(store: Store): Promise<number[]> {
  const seqs: number[] = [];
  for await (const block of store.samples.read({ recording: 'live' })) seqs.push(...block.seq);
  return seqs;
}
