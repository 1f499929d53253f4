import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '@ethogram/testkit';
import { openStore } from '../src/open-store.js';
import type { OpenOptions, Store } from '../src/store.js';

storeContract('lmdb:', async () => {
  const path = await mkdtemp(join(tmpdir(), 'ethogram-lmdb-'));
  const opened: Store[] = [];
  const open = async (options: OpenOptions): Promise<Store> => {
    const store = await openStore(`lmdb:${path}`, { sync: 'off', ...options });
    opened.push(store);
    return store;
  };
  return {
    store: await open({ mode: 'write' }),
    reopen: open,
    dispose: async () => {
      for (const store of opened) await store.close();
      await rm(path, { recursive: true });
    },
  };
});
