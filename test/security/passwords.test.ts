import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../packages/cli/test/fake-terminal.js';
import { lockKernel } from '../privileged/kernel-lock.js';

const SECRET = 's3cr3tW0rd';
/** Nobody listens there, so that every command ends in an error that names the store. */
const NOWHERE = '127.0.0.1:1/ethogram?serverSelectionTimeoutMS=300';
/** Places of a URI where a secret can stand; the last ones are no URI at all. */
const URIS: readonly string[] = [
  `mongodb://user:${SECRET}@${NOWHERE}`,
  `mongodb://user:${SECRET}%40x@${NOWHERE}`,
  `mongodb://user@${NOWHERE}&tls=true&tlsCertificateKeyFilePassword=${SECRET}`,
  `mongodb://user:x@${NOWHERE}&authMechanismProperties=AWS_SESSION_TOKEN:${SECRET}`,
  `mongodb://user:${SECRET}@`,
  `mongodb://user:${SECRET}@host:notaport/x`,
  `mongodb://us er:${SECRET}@${NOWHERE}`,
  `mongo://user:${SECRET}@${NOWHERE}`,
  `postgres://user:${SECRET}@host/x`,
];
const COMMANDS: readonly (readonly string[])[] = [
  ['recordings', '-o', 'jsonl'],
  ['sources', '--recording', 'x', '--log-level', 'trace'],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ethogram-passwords-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(URIS)('of %s', (uri) => {
  test.each(COMMANDS)('%s shows no secret, wherever the URI came from', async (...command) => {
    const file = join(folder, 'store');
    writeFileSync(file, `${uri}\n`, { mode: 0o600 });
    const config = join(folder, 'config.toml');
    writeFileSync(config, `store = ${JSON.stringify(uri)}\n`, { mode: 0o600 });
    const runs = [
      run([...command, '--store', uri]),
      run(command, { ETHOGRAM_STORE: uri }),
      run([...command, '--store-file', file]),
      run([...command, '--config', config]),
    ];
    for (const { code, stdout, stderr } of await Promise.all(runs)) {
      expect(stdout + stderr).not.toContain(SECRET);
      // Not a silent way out: each says that the store cannot be had.
      expect(code, stdout + stderr).not.toBe(0);
    }
  });

  test('config check shows no secret of it', async () => {
    const config = join(folder, 'check.toml');
    writeFileSync(config, `store = ${JSON.stringify(uri)}\n`, { mode: 0o600 });
    const { code, stdout, stderr } = await run(['config', 'check', config, '-o', 'json']);
    expect(code, stderr).toBe(0);
    expect(stdout + stderr).not.toContain(SECRET);
    expect(stdout).toContain('store');
  });
});

test('doctor shows no secret of a store that it cannot open', async () => {
  const release = await lockKernel();
  try {
    const { code, stdout, stderr } = await run(['doctor', '-o', 'json', '--store', URIS[0] ?? '']);
    expect(code).toBe(6);
    expect(stdout).toContain('STORE-1002');
    expect(stdout + stderr).not.toContain(SECRET);
  } finally {
    await release();
  }
});

test('secrets of alert targets are not shown by config check, nor by what refuses them', async () => {
  const config = join(folder, 'alerts.toml');
  const secrets = [
    `webhook = "https://user:${SECRET}@127.0.0.1:1/hook/${SECRET}?token=${SECRET}"`,
    `webhook-header = ["Authorization: Bearer ${SECRET}"]`,
    `otlp-header = "x-key: ${SECRET}"`,
  ];
  for (const line of secrets) {
    writeFileSync(config, `[alerts]\n${line}\n`, { mode: 0o600 });
    const { stdout, stderr } = await run(['config', 'check', config, '-o', 'json']);
    expect(stdout + stderr).not.toContain(SECRET);
  }
  writeFileSync(config, `[alerts]\n${secrets[0]}\n${secrets[1]}\n`);
  chmodSync(config, 0o666);
  const refused = await run(['run', '--config', config, '--store', `lmdb:${join(folder, 'x')}`]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('CLI-1014');
  expect(refused.stderr).not.toContain(SECRET);
});
