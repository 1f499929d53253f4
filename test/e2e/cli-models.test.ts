import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { type Finished, start } from './binary.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-cli-models-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const shop = fileURLToPath(new URL('../../models/web-shop.json', import.meta.url));
const earlier = fileURLToPath(
  new URL('../../packages/model/test/fixtures/model-v1.json', import.meta.url),
);

const ethogram = (...args: string[]): Promise<Finished> =>
  start(args, { XDG_CONFIG_HOME: folder, ETHOGRAM_STORE: `lmdb:${join(folder, 'store')}` }).done;

function write(name: string, text: string, mode = 0o600): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

test('a model of an earlier schema version is used as it is, a changed or hostile one with none', async () => {
  expect((await ethogram('thresholds', '--model', earlier, '--format', 'json')).code).toBe(0);
  const text = readFileSync(shop, 'utf8');
  const hostile: readonly (readonly [string, string])[] = [
    [text.replace(/"warn":[\d.]+/, '"warn":99'), 'MODEL-1005'],
    [text.replace('"ticks":', '"__proto__":{"a":1},"ticks":'), 'MODEL-1003'],
    [text.replace('ethogram-model/2', 'ethogram-model/99'), 'MODEL-1006'],
  ];
  for (const [changed, code] of hostile) {
    const file = write('hostile.json', changed);
    const {
      code: exit,
      stderr,
      stdout,
    } = await ethogram('graph', '--model', file, '--format', 'dot');
    expect([exit, stdout], code).toEqual([2, '']);
    expect(stderr).toContain(code);
  }
});

test('with --require-signature nothing works with a model that no trusted key vouches for', async ({
  skip,
}) => {
  if (process.getuid?.() !== 0) skip('trusted keys must belong to root, and this user is not root');
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = write('key.pem', String(privateKey.export({ format: 'pem', type: 'pkcs8' })));
  const trusted = write('trusted.pem', String(publicKey.export({ format: 'pem', type: 'spki' })));
  const csv = write('one.csv', 'timestamp,a\n2026-05-01T10:00:00Z,1\n2026-05-01T10:00:01Z,2\n');
  await ethogram('import', csv, '--recording', 'r', '--source', 'm');
  const signed = join(folder, 'signed.json');
  expect((await ethogram('models', 'sign', shop, '--key', key, '--out', signed)).code).toBe(0);
  const required = ['--require-signature', '--trusted-keys', trusted];
  const uses = (model: string) => [
    ['score', '--model', model, '--recording', 'r'],
    ['graph', '--model', model, '--format', 'dot'],
    ['report', '--model', model, '--out', join(folder, 'report.html')],
  ];
  for (const args of uses(shop)) {
    const { code, stderr } = await ethogram(...args, ...required);
    expect([code, stderr], args[0]).toEqual([2, expect.stringContaining('MODEL-1007')]);
  }
  for (const args of uses(signed)) {
    expect((await ethogram(...args, ...required)).code, args[0]).toBe(0);
  }
});

test('a key pair that openssl makes signs, as docs/operations.md shows', async ({ skip }) => {
  const key = join(folder, 'openssl.pem');
  try {
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key], { stdio: 'pipe' });
  } catch {
    skip('needs openssl');
  }
  chmodSync(key, 0o600);
  const { code, stdout } = await ethogram('models', 'sign', shop, '--key', key);
  expect([code, stdout]).toEqual([0, expect.stringContaining('"algorithm":"ed25519"')]);
});
