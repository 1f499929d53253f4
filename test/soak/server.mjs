import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { prepareTestServer } from '../../packages/setup/src/test-server.mjs';
import { ethogram, metrics, startService } from './service.mjs';
import { expect, folder, say } from './settings.mjs';

const MONGO_PORT = 28_412;

/** A service on a MongoDB server that is killed and comes back. */
export async function soakServer(forMs) {
  const prepared = await prepareTestServer();
  if (!('executable' in prepared)) {
    say('no server of our own to kill: the loss of the store is not tried');
    return undefined;
  }
  const data = join(folder, 'mongodb');
  mkdirSync(data);
  const begin = async () => {
    const child = spawn(
      prepared.executable,
      [
        ...['--host', '127.0.0.1', '--port', `${MONGO_PORT}`],
        ...['--storage-path', data, '--log-level', 'ERROR'],
      ],
      { stdio: 'ignore' },
    );
    await delay(6_000);
    return child;
  };
  let server = await begin();
  const uri = `mongodb://127.0.0.1:${MONGO_PORT}/soak?directConnection=true`;
  const one = startService('mongodb', uri, ['--first-after', '1d', '--max-cpu', '50%']);
  const startMs = Date.now();
  const losses = Math.max(2, Math.floor(forMs / 300_000));
  for (let i = 0; i < losses; i++) {
    await delay(Math.max(10_000, forMs / losses - 45_000));
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
    await delay(25_000);
    const away = (await metrics())?.get('ethogram_store_buffered_ticks') ?? 0;
    expect(one.isAlive() && away > 0, `the service lives without its store; ${away} ticks wait`);
    server = await begin();
  }
  await delay(20_000);
  const last = await metrics();
  const took = last?.get('ethogram_ticks_total') ?? Number.NaN;
  const drops = last?.get('ethogram_store_drops_total') ?? Number.NaN;
  const stopMs = await one.stop();
  expect(stopMs < 5_000, `SIGTERM ended the service in ${stopMs} ms`);
  const [info] = ethogram(uri, 'recordings');
  expect(
    (info?.ticks ?? 0) >= took - drops,
    `${info?.ticks} ticks stored, ${took} taken, ${drops} dropped, ${losses} losses of the store`,
  );
  server.kill('SIGKILL');
  return {
    losses,
    took,
    drops,
    stored: info?.ticks ?? 0,
    stopMs,
    minutes: (Date.now() - startMs) / 60_000,
  };
}
