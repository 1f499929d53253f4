import { randomBytes } from 'node:crypto';
import { type OpenOptions, openStore, type Store } from '@ethogram/store';
import { storeContract } from '@ethogram/testkit';
import { MongoClient } from 'mongodb';
import { afterAll, describe, it } from 'vitest';
import { startMongoServer } from './mongodb-server.js';

const server = await startMongoServer();

if ('reason' in server) {
  describe('mongodb:', () => {
    it('keeps the store contract', (context) => {
      process.stderr.write(`No MongoDB server, contract not checked: ${server.reason}\n`);
      context.skip(server.reason);
    });
  });
} else {
  afterAll(() => server.stop());

  storeContract('mongodb: (bucketed)', async () => {
    const database = `ethogram_test_${randomBytes(6).toString('hex')}`;
    const uri = `${server.host}/${database}${server.options}`;
    const opened: Store[] = [];
    const open = async (options: OpenOptions): Promise<Store> => {
      const store = await openStore(uri, options);
      opened.push(store);
      return store;
    };
    return {
      store: await open({ mode: 'write' }),
      reopen: open,
      dispose: async () => {
        for (const store of opened) await store.close();
        const client = await new MongoClient(uri).connect();
        await client.db(database).dropDatabase();
        await client.close();
      },
    };
  });
}
