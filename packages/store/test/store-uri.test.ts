import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openStore } from '../src/open-store.js';
import { parseStoreUri, redactUri } from '../src/store-uri.js';

describe('a store URI', () => {
  it.each([
    ['memory:', { driver: 'memory' }],
    ['lmdb:/var/lib/ethogram', { driver: 'lmdb', path: '/var/lib/ethogram' }],
    ['lmdb:///var/lib/ethogram', { driver: 'lmdb', path: '/var/lib/ethogram' }],
    ['lmdb:/with%20blank', { driver: 'lmdb', path: '/with blank' }],
    ['mongodb://h:1/d?x=y', { driver: 'mongodb', uri: 'mongodb://h:1/d?x=y', database: 'd' }],
    [
      'mongodb://a,b:2/?tls=true',
      { driver: 'mongodb', uri: 'mongodb://a,b:2/?tls=true', database: 'ethogram' },
    ],
    ['mongodb+srv://u:p@h/d', { driver: 'mongodb', uri: 'mongodb+srv://u:p@h/d', database: 'd' }],
  ])('%s is understood', (uri, expected) => {
    expect(parseStoreUri(uri)).toEqual(expected);
  });

  it.each([
    '',
    'lmdb:',
    'lmdb://host/x',
    'lmdb:%zz',
    'mongodb:',
    'mongodb://',
    'mongodb://u:p@/d',
    'mongodb://h/a.b',
    'mongodb://h/%zz',
    'postgres://h',
    '/path',
    'memory:x',
  ])('%j is refused with exit code 2 and a remedy', async (uri) => {
    await expect(openStore(uri, { mode: 'read' })).rejects.toMatchObject({
      code: 'STORE-1001',
      exitCode: 2,
      remedy: expect.stringContaining('lmdb:/'),
    });
  });

  it('never shows the user or the password', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9%!$&'*+,;=~-]{4,20}$/).map((s) => `s3cret${s}`);
    fc.assert(
      fc.property(secret, secret, (user, password) => {
        for (const uri of [
          `mongodb://${user}:${password}@host:1/d`,
          `mongodb+srv://${user}:${password}@host/d?x=1`,
          `mongodb://${user}@host/d`,
          `connection to mongodb://${user}:${password}@host:1 failed`,
          `mongodb://host/d?authMechanismProperties=${password}&w=1`,
          `mongodb://${user}:${password}@/no-host`,
        ]) {
          expect(redactUri(uri)).not.toContain('s3cret');
          expect(redactUri(uri)).toContain('***');
        }
      }),
    );
  });

  it('is shown without the password when it is wrong', async () => {
    const uri = 'mongodb://user:hunter2@/database';
    const error = await openStore(uri, { mode: 'read' }).catch((e: unknown) => e);
    expect(String(error)).not.toContain('hunter2');
    expect(String(error)).toContain('***');
  });

  it('of a server that does not answer gives exit code 6, without the password', async () => {
    const uri = 'mongodb://user:hunter2@127.0.0.1:1/d?serverSelectionTimeoutMS=200';
    const error = await openStore(uri, { mode: 'read' }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'STORE-1002', exitCode: 6 });
    expect(JSON.stringify(error) + String(error)).not.toContain('hunter2');
  });
});
