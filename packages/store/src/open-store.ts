import { openLmdbStore } from './drivers/lmdb/lmdb-store.js';
import { openMemoryStore } from './drivers/memory/memory-store.js';
import type { OpenOptions, Store } from './store.js';
import { parseStoreUri } from './store-uri.js';

/**
 * Opens the store that a URI names: `lmdb:/path/to/folder`, `mongodb://…`, `mongodb+srv://…` or
 * `memory:` (a fresh one each time).
 * @throws STORE-1001 on a URI that is none (exit 2); STORE-1002 and others of exit 6 where the
 *   store cannot be opened. No message holds credentials.
 */
export async function openStore(uri: string, options: OpenOptions): Promise<Store> {
  const parsed = parseStoreUri(uri);
  switch (parsed.driver) {
    case 'memory':
      return openMemoryStore(options);
    case 'lmdb':
      return openLmdbStore(parsed.path, options);
    case 'mongodb':
      return (await import('./drivers/mongodb/mongo-store.js')).openMongoStore(
        parsed.uri,
        parsed.database,
        options,
      );
  }
}
