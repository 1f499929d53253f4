import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { type Running, start } from './binary.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-cli-watched-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function service(...args: string[]): Running {
  const env = { XDG_CONFIG_HOME: folder, ETHOGRAM_STORE: `lmdb:${join(folder, 'store')}` };
  return start(['run', '--backend', 'procfs', '--interval', '200ms', ...args], env);
}

/** Where the service says that it listens. */
function metricsOf({ child, done }: Running): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk;
      const url = /metrics at (http:\/\/\S+)\/metrics/.exec(said)?.[1];
      if (url) resolve(url);
    });
    done.then(({ stderr }) => reject(new Error(`ended: ${stderr}`)));
  });
}

test('the service is live at once, ready once a tick is stored, and counts what it does', async () => {
  const running = service('--metrics-listen', '127.0.0.1:0');
  const url = await metricsOf(running);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  let ready = await fetch(`${url}/readyz`);
  for (let i = 0; i < 300 && ready.status !== 200; i++) {
    await delay(100);
    ready = await fetch(`${url}/readyz`);
  }
  expect(await ready.json()).toMatchObject({ status: 'ok', scoring: false });
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text).toMatch(/^ethogram_ticks_total [1-9]/m);
  expect(text).toMatch(/^ethogram_store_appends_total [1-9]/m);
  expect(text).toMatch(/^ethogram_source_resident_memory_bytes\{source="[^"]+",kind="process"\} /m);
  running.child.kill('SIGTERM');
  expect((await running.done).code).toBe(143);
  await expect(fetch(`${url}/livez`)).rejects.toThrow();
});

test('a config file that others may write names no alert targets', async () => {
  const config = join(folder, 'writable.toml');
  writeFileSync(config, '[alerts]\nfile = "/nonexistent/alerts.jsonl"\n');
  chmodSync(config, 0o666);
  const { code, stderr } = await service('--config', config, '--metrics-listen', 'off').done;
  expect(code).toBe(2);
  expect(stderr).toMatch(/CLI-1014: .*found mode 666/);
});
