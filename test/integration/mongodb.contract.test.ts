import { randomBytes } from 'node:crypto';
import { manualClock } from '@ethogram/core';
import type { OpenOptions, Store } from '@ethogram/store';
import { EXAMPLE_START, exampleTicks, type StoreFixture, storeContract } from '@ethogram/testkit';
import { MongoClient } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';
import { openMongoStore } from '../../packages/store/src/drivers/mongodb/mongo-store.js';
import { skippedTest } from '../skipped-test.js';
import { startMongoServer, type TestServer } from './mongodb-server.js';
import { watchNeverSend } from './never-send.js';

const server = await startMongoServer();

if ('reason' in server) {
  skippedTest('mongodb: keeps the store contract', server.reason);
} else {
  afterAll(() => server.stop());
  storeContract('mongodb: (bucketed)', () => freshDatabase(server, 'bucketed'));
  storeContract('mongodb: (native)', () => freshDatabase(server, 'native'), { rewrites: false });
  layoutTests(server);
}

/** A database of its own, whose every command is watched. */
async function freshDatabase(
  { host, options }: TestServer,
  layout: 'native' | 'bucketed',
): Promise<StoreFixture> {
  const database = `ethogram_test_${randomBytes(6).toString('hex')}`;
  const uri = `${host}/${database}${options}`;
  const opened: Store[] = [];
  const notes: string[][] = [];
  const open = async (more: OpenOptions): Promise<Store> => {
    const store = await openMongoStore(uri, database, { layout, ...more }, (client) =>
      notes.push(watchNeverSend(client, 'samples')),
    );
    opened.push(store);
    return store;
  };
  return {
    store: await open({ mode: 'write' }),
    reopen: open,
    dispose: async () => {
      for (const store of opened) await store.close();
      await dropDatabase(uri, database);
      // On the bucketed path there is no such collection: nothing may touch it at all.
      expect(notes.flat()).toEqual([]);
    },
  };
}

async function dropDatabase(uri: string, database: string): Promise<void> {
  const client = await new MongoClient(uri).connect();
  await client.db(database).dropDatabase();
  await client.close();
}

function layoutTests({ host, options, named }: TestServer): void {
  describe('the layout of a MongoDB store', () => {
    const inspect = async (
      layout: 'auto' | 'native' | 'bucketed',
      look: (names: Map<string, string | undefined>, format: unknown) => void,
    ): Promise<void> => {
      const database = `ethogram_test_${randomBytes(6).toString('hex')}`;
      const uri = `${host}/${database}${options}`;
      const store = await openMongoStore(uri, database, { mode: 'write', layout });
      await store.close();
      const client = await new MongoClient(uri).connect();
      const db = client.db(database);
      const list = await db.listCollections().toArray();
      look(
        new Map(list.map(({ name, type }) => [name, type])),
        await db.collection<{ _id: string }>('format').findOne({ _id: 'format' }),
      );
      await client.close();
      await dropDatabase(uri, database);
    };

    it('is what listCollections says of the collection, not what create accepts', async () => {
      await inspect('auto', (names, format) => {
        const native = names.get('samples') === 'timeseries';
        expect(names.has('samples')).toBe(native);
        expect(format).toMatchObject({ layout: native ? 'native' : 'bucketed' });
        if (!named) expect(native).toBe(false);
      });
    });

    it('writes to a majority with its journal, and reads what a majority has, whatever is sent', async () => {
      for (const layout of ['native', 'bucketed'] as const) {
        const database = `ethogram_test_${randomBytes(6).toString('hex')}`;
        const uri = `${host}/${database}${options}`;
        const sent: { name: string; write: unknown; read: unknown }[] = [];
        const store = await openMongoStore(uri, database, { mode: 'write', layout }, (client) =>
          client.on('commandStarted', ({ commandName: name, command }) => {
            sent.push({ name, write: command.writeConcern, read: command.readConcern });
          }),
        );
        await store.samples.append('a', exampleTicks({ count: 70 }));
        for await (const _ of store.samples.read({ recording: 'a' }));
        await store.samples.remove('a');
        await store.close();
        const of = (...names: string[]) => sent.filter(({ name }) => names.includes(name));
        const writes = of('insert', 'update', 'delete');
        expect(writes.length).toBeGreaterThan(2);
        for (const { write } of writes) expect(write).toMatchObject({ w: 'majority', j: true });
        const reads = of('find', 'aggregate');
        expect(reads.length).toBeGreaterThan(0);
        for (const { read } of reads) expect(read).toMatchObject({ level: 'majority' });
        await dropDatabase(uri, database);
      }
    });

    it('is ordinary collections where that is asked for', async () => {
      await inspect('bucketed', (names, format) => {
        expect(names.has('samples')).toBe(false);
        expect(format).toMatchObject({ layout: 'bucketed' });
      });
    });

    it('stays what it was when the store is opened again', async () => {
      const database = `ethogram_test_${randomBytes(6).toString('hex')}`;
      const uri = `${host}/${database}${options}`;
      for (const layout of ['native', 'bucketed', 'auto'] as const) {
        await (await openMongoStore(uri, database, { mode: 'write', layout })).close();
      }
      const client = await new MongoClient(uri).connect();
      const format = client.db(database).collection<{ _id: string }>('format');
      expect(await format.findOne({ _id: 'format' })).toMatchObject({ layout: 'native' });
      await client.close();
      await dropDatabase(uri, database);
    });

    it('lets the server expire what is not pinned, later than our own deletion', async () => {
      const database = `ethogram_test_${randomBytes(6).toString('hex')}`;
      const uri = `${host}/${database}${options}`;
      const maxAgeMs = 3600 * 24 * 365_000;
      const clock = manualClock(EXAMPLE_START + 3_600_000);
      const store = await openMongoStore(uri, database, {
        mode: 'write',
        layout: 'bucketed',
        clock,
      });
      await store.samples.append('a', exampleTicks({ count: 180 }));
      await store.samples.seal('a');
      const range = { from: EXAMPLE_START + 60_000, to: EXAMPLE_START + 61_000 };
      await store.maintenance.pin({ id: 'incident/1', host: 'alpha', range, tierMs: 0 });
      await store.maintenance.retain({ maxAgeMs });
      const client = await new MongoClient(uri).connect();
      const chunks = client.db(database).collection('chunks');
      const expiries = async () =>
        (await chunks.find().sort({ start: 1 }).toArray()).map((chunk) =>
          chunk.expireAt?.getTime(),
        );
      const expiryOf = (seconds: number) => EXAMPLE_START + seconds * 1000 + 2 * maxAgeMs;
      expect(await expiries()).toEqual([expiryOf(59), undefined, expiryOf(179)]);
      const late = { from: EXAMPLE_START + 120_000, to: EXAMPLE_START + 121_000 };
      await store.maintenance.pin({ id: 'incident/2', host: 'alpha', range: late, tierMs: 0 });
      expect(await expiries()).toEqual([expiryOf(59), undefined, undefined]);
      const indexes = await chunks.indexes();
      expect(indexes.find((index) => index.name === 'expiry')?.expireAfterSeconds).toBe(0);
      await client.close();
      await store.close();
      await dropDatabase(uri, database);
    });

    it('refuses a database of a newer version', async () => {
      const database = `ethogram_test_${randomBytes(6).toString('hex')}`;
      const uri = `${host}/${database}${options}`;
      await (await openMongoStore(uri, database, { mode: 'write' })).close();
      const client = await new MongoClient(uri).connect();
      const format = client.db(database).collection<{ _id: string }>('format');
      await format.updateOne({ _id: 'format' }, { $set: { version: 99 } });
      await client.close();
      await expect(openMongoStore(uri, database, { mode: 'read' })).rejects.toMatchObject({
        code: 'STORE-1004',
      });
      await dropDatabase(uri, database);
    });
  });
}
