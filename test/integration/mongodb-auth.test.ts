import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tick } from '@ethogram/core';
import { openStore } from '@ethogram/store';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, jsonLines, start } from '../e2e/binary.js';
import { type GuardedServer, startGuardedServer } from './mongodb-auth/guarded-server.js';
import { startMongoServer } from './mongodb-server.js';

const USER = 'fleet, writer';
const PASSWORD = 'p@ss:w/rd=%';
const WRONG = 'wr0ngW0rd';
const SECRETS = [PASSWORD, encodeURIComponent(PASSWORD), WRONG];

const behind = await startMongoServer();
const reason =
  'reason' in behind
    ? behind.reason
    : behind.named
      ? 'the server of ETHOGRAM_TEST_MONGODB_URI has users of its own'
      : undefined;
if (reason) process.stderr.write(`credentials of a MongoDB: skipped, since ${reason}\n`);

const tick: Tick = {
  host: 'alpha',
  boot: 'boot',
  seq: 0,
  ts: 1_767_600_000_000,
  intervalNs: 1e9,
  backend: 'ebpf',
  blind: [],
  samples: [{ kind: 'process', name: 'worker', values: new Map([['cpu.ns', 5]]) }],
  links: [],
  linkSnapshot: false,
  markers: [],
  lost: {},
};

describe.skipIf(reason)('a MongoDB that asks for credentials', () => {
  let folder = '';
  let tls: { key: string; cert: string };
  let guard: GuardedServer | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ethogram-auth-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'ca.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    execFileSync(
      'openssl',
      ['req', ...made, '-days', '2', '-keyout', key, '-out', cert, ...subject],
      { stdio: 'ignore' },
    );
    tls = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  });
  afterEach(async () => {
    await guard?.stop();
    guard = undefined;
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    if ('stop' in behind) await behind.stop();
  });

  async function startGuard(withTls: boolean): Promise<GuardedServer> {
    if (!('host' in behind)) throw new Error('no server');
    const port = Number(behind.host.split(':').at(-1));
    const who = { user: USER, password: PASSWORD };
    guard = await startGuardedServer({ port }, who, withTls ? tls : undefined);
    return guard;
  }

  function uriOf({ port }: GuardedServer, password: string | undefined, options = ''): string {
    const who =
      password === undefined ? '' : `${encodeURIComponent(USER)}:${encodeURIComponent(password)}@`;
    const database = `ethogram_test_auth_${process.pid}`;
    const patience = 'directConnection=true&serverSelectionTimeoutMS=5000';
    return `mongodb://${who}127.0.0.1:${port}/${database}?${patience}&authSource=admin${options}`;
  }

  function showsNothing(...texts: readonly string[]): void {
    for (const text of texts) for (const secret of SECRETS) expect(text).not.toContain(secret);
  }

  it.each([false, true])('is written and read with those of the URI (TLS: %s)', async (withTls) => {
    const server = await startGuard(withTls);
    const options = withTls
      ? `&tls=true&tlsCAFile=${encodeURIComponent(join(folder, 'ca.pem'))}`
      : '';
    const uri = uriOf(server, PASSWORD, options);
    const store = await openStore(uri, { mode: 'write' });
    showsNothing(store.uri);
    await store.samples.append(`tls ${withTls}`, [tick]);
    expect(await store.samples.recordings()).toMatchObject([{ name: `tls ${withTls}`, ticks: 1 }]);
    await store.samples.remove(`tls ${withTls}`);
    await store.close();
    expect(new Set(server.admitted)).toEqual(new Set([`${USER}@admin`]));
    // SCRAM proves that both know it; it never goes over the wire, encrypted or not.
    showsNothing(server.received().toString('latin1'));
  });

  it('is not spoken to where TLS shows a certificate that nobody trusts', async () => {
    const server = await startGuard(true);
    const uri = uriOf(server, PASSWORD, '&tls=true').replace('5000', '500');
    const error = await openStore(uri, { mode: 'read' }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'STORE-1002', exitCode: 6 });
    showsNothing(String(error));
    expect(server.received().toString('latin1')).not.toContain('ethogram');
    expect(server.admitted).toEqual([]);
  });

  it('is not opened without them', async () => {
    const server = await startGuard(false);
    await expect(openStore(uriOf(server, undefined), { mode: 'read' })).rejects.toMatchObject({
      code: 'STORE-1016',
      exitCode: 6,
    });
    expect(server.refused.length).toBeGreaterThan(0);
  });

  /** `recordings` by the binary, told where its store is in one of the ways there are. */
  async function binary(from: string, uri: string): Promise<Finished> {
    const command = ['recordings', '-o', 'jsonl', '--log-level', 'trace'];
    if (from === 'ETHOGRAM_STORE') return start(command, { ETHOGRAM_STORE: uri }).done;
    const file = join(folder, 'store');
    await writeFile(file, `${uri}\n`, { mode: 0o600 });
    return start([...command, from, file]).done;
  }

  it.each(['--store-file', 'ETHOGRAM_STORE'])(
    'is reached by the binary with those of %s, and says which are wrong without showing them',
    async (from) => {
      const server = await startGuard(false);
      const store = await openStore(uriOf(server, PASSWORD), { mode: 'write' });
      await store.samples.append('kept', [tick]);
      await store.close();
      const right = await binary(from, uriOf(server, PASSWORD));
      expect(right.code, right.stderr).toBe(0);
      expect(jsonLines(right.stdout)).toMatchObject([{ name: 'kept', ticks: 1 }]);
      const refused = await binary(from, uriOf(server, WRONG));
      expect(refused.code, refused.stderr).toBe(6);
      expect(refused.stderr).toContain('STORE-1016');
      expect(refused.stderr).toContain('Check user, password and authSource');
      expect(refused.stdout).toBe('');
      showsNothing(right.stdout, right.stderr, refused.stderr);
    },
  );
});
