import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseModel, readTrustedKeys, serialiseModel } from '@ethogram/model';
import { afterAll, describe, expect, test } from 'vitest';
import { exampleModel } from '../../model/test/example-model.js';
import { type Ran, run } from './fake-terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-signed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const isRoot = process.getuid?.() === 0;

function write(name: string, text: string, mode = 0o600): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const secret = String(privateKey.export({ format: 'pem', type: 'pkcs8' }));
const key = write('key.pem', secret);
const trusted = write('trusted.pem', String(publicKey.export({ format: 'pem', type: 'spki' })));
const unsigned = write('model.json', serialiseModel(exampleModel()));
const store = `lmdb:${join(folder, 'store')}`;

const using = (file: string, ...more: string[]): Promise<Ran> =>
  run(['thresholds', '--model', file, '--format', 'json', ...more], { ETHOGRAM_STORE: store });
const required = ['--require-signature', '--trusted-keys', trusted];

describe('a signed model', () => {
  test('is written by `models sign`, and keeps its id', async () => {
    const signed = join(folder, 'signed.json');
    expect((await run(['models', 'sign', unsigned, '--key', key, '--out', signed])).code).toBe(0);
    const model = parseModel(readFileSync(signed, 'utf8'));
    expect(model.id).toBe(exampleModel().id);
    expect([model.signature?.publicKey]).toEqual(readTrustedKeys(readFileSync(trusted, 'utf8')));
  });

  test('is what --require-signature asks for; looking at a model needs none', async ({ skip }) => {
    if (!isRoot) skip('trusted keys must belong to root, and this user is not root');
    const signed = join(folder, 'signed.json');
    expect((await using(unsigned)).code).toBe(0);
    expect((await using(signed, ...required)).code).toBe(0);
    const refused = await using(unsigned, ...required);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/MODEL-1007/)]);
    expect((await run(['models', 'show', unsigned, ...required])).code).toBe(0);
    const without = await using(signed, '--require-signature', '--trusted-keys', '/nonexistent');
    expect([without.code, without.stderr]).toEqual([2, expect.stringMatching(/CLI-1008/)]);
  });

  test('in the store is a version of its own, and no other is imported or promoted', async ({
    skip,
  }) => {
    if (!isRoot) skip('trusted keys must belong to root, and this user is not root');
    const env = { ETHOGRAM_STORE: store };
    const models = (...args: string[]): Promise<Ran> => run(['models', ...args], env);
    // Opened for writing once, so that it exists.
    const csv = write('one.csv', 'timestamp,a\n2026-05-01T10:00:00Z,1\n');
    expect((await run(['import', csv, '--recording', 'r', '--source', 'm'], env)).code).toBe(0);
    expect((await models('import', unsigned, '--name', 'web')).code).toBe(0);
    expect((await models('promote', 'web@1', ...required)).stderr).toMatch(/MODEL-1007/);
    expect((await models('import', unsigned, ...required)).stderr).toMatch(/MODEL-1007/);
    expect((await models('sign', 'web@1', '--key', key)).stdout).toMatch(/"signed"/);
    expect((await models('promote', 'web@2', ...required)).code).toBe(0);
    expect((await using('web', ...required)).code).toBe(0);
    expect((await models('ls', '-o', 'csv')).stdout).toMatch(/web,1,candidate[\s\S]*web,2,active/);
  });

  test('that was changed is refused by every command, also by those that only look', async () => {
    const signed = JSON.parse(readFileSync(join(folder, 'signed.json'), 'utf8'));
    const value = Buffer.alloc(64, 1).toString('base64');
    const forged = { ...signed, signature: { ...signed.signature, value } };
    const file = write('forged.json', JSON.stringify(forged));
    for (const args of [
      ['models', 'show', file],
      ['thresholds', '--model', file],
    ]) {
      const { code, stderr } = await run(args);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/MODEL-1008/)]);
    }
  });
});

describe('the files of keys', () => {
  test('that others may write or that belong to another are refused', async ({ skip }) => {
    if (!isRoot) skip('needs root to give a file to another user');
    const text = readFileSync(trusted, 'utf8');
    const open = write('open.pem', text, 0o664);
    const foreign = write('foreign.pem', text);
    chownSync(foreign, 4711, 4711);
    for (const file of [open, foreign]) {
      const { code, stderr } = await using(unsigned, '--require-signature', '--trusted-keys', file);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/CLI-1015/)]);
    }
  });

  test('to sign with are refused where others may read them, and never shown', async () => {
    const readable = write('readable.pem', secret, 0o644);
    const { code, stderr } = await run(['models', 'sign', unsigned, '--key', readable]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/CLI-1016/)]);
    const bad = write('bad.pem', secret.replaceAll('PRIVATE', 'SECRET'));
    const second = await run(['models', 'sign', unsigned, '--key', bad]);
    expect([second.code, second.stderr]).toEqual([2, expect.stringMatching(/MODEL-1009/)]);
    expect(second.stderr).not.toContain(secret.split('\n')[1]);
  });
});
