import { isAbsolute, resolve } from 'node:path';
import { storeErrors } from './errors.js';

/** A store URI, understood. */
export type StoreUri =
  | { readonly driver: 'memory' }
  | { readonly driver: 'lmdb'; readonly path: string }
  | { readonly driver: 'mongodb'; readonly uri: string; readonly database: string };

/** The database that a `mongodb:` URI without one means. */
const DEFAULT_DATABASE = 'ethogram';

/**
 * Reads a store URI: `memory:`, `lmdb:/path`, `mongodb://…/database`, `mongodb+srv://…`.
 * @throws STORE-1001 on anything else; the message never holds credentials.
 */
export function parseStoreUri(uri: string): StoreUri {
  if (uri === 'memory:') return { driver: 'memory' };
  if (uri.startsWith('lmdb:')) return lmdbUri(uri);
  if (/^mongodb(\+srv)?:\/\//.test(uri)) return mongodbUri(uri);
  throw storeErrors.make(
    'STORE-1001',
    `expected a store URI (lmdb:/path, mongodb://…, memory:), found ${JSON.stringify(redactUri(uri))}`,
  );
}

function lmdbUri(uri: string): StoreUri {
  const text = uri.slice('lmdb:'.length).replace(/^\/\/(?=\/)/, '');
  let path: string;
  try {
    path = decodeURIComponent(text);
  } catch (cause) {
    throw storeErrors.make('STORE-1001', `the path of ${uri} is not percent-encoded well`, {
      cause,
    });
  }
  if (path === '' || path.startsWith('//') || path.includes('\0')) {
    throw storeErrors.make('STORE-1001', `expected lmdb:/path/to/folder, found ${uri}`);
  }
  return { driver: 'lmdb', path: isAbsolute(path) ? path : resolve(path) };
}

function mongodbUri(uri: string): StoreUri {
  const match = /^mongodb(?:\+srv)?:\/\/([^/?#]+)(?:\/([^?#]*))?(?:\?[^#]*)?$/.exec(uri);
  const hosts = match?.[1]?.slice(match[1].lastIndexOf('@') + 1);
  if (!match || !hosts) {
    throw storeErrors.make('STORE-1001', `${redactUri(uri)} names no host`);
  }
  const database = match[2] ? safeDecode(match[2]) : DEFAULT_DATABASE;
  if (database === undefined || !/^[^/\\. "$*<>:|?\0]{1,63}$/.test(database)) {
    throw storeErrors.make(
      'STORE-1001',
      `${redactUri(uri)} names a database that MongoDB does not allow`,
    );
  }
  return { driver: 'mongodb', uri, database };
}

function safeDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Options of a connection string whose values are secrets. */
const SECRET_OPTION =
  /([?&](?:authMechanismProperties|tlsCertificateKeyFilePassword|proxyPassword|proxyUsername)=)[^&#\s]*/gi;

/** Up to the last `@`, also where a blank in a name or password makes it no URI at all. */
const CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)(?:\S*@|[^\n]*@)/gi;

/**
 * The URI without user, password and secret options: what may be shown and logged. Works on any
 * text, so that messages of a database client can be cleaned with it too.
 */
export function redactUri(text: string): string {
  return text.replace(CREDENTIALS, '$1***@').replace(SECRET_OPTION, '$1***');
}
