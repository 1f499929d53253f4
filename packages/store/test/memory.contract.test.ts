import { storeContract } from '@ethogram/testkit';
import { openStore } from '../src/open-store.js';

storeContract('memory:', async () => {
  const store = await openStore('memory:', { mode: 'write' });
  return { store, dispose: () => store.close() };
});
