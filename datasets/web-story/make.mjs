// Remakes the recording of this folder: real services on this host under a schedule of load,
// recorded by `ethogram record`. Needs root, the packages of `npm test`, a built checkout and 91
// minutes. Usage: node datasets/web-story/make.mjs [--minutes-are SECONDS]
// (the schedule is in story minutes; 60 seconds each unless told otherwise).
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { bedSources, startUnit, startWebBed } from '../../packages/testkit/dist/bed/index.js';

const { values: flags } = parseArgs({ options: { 'minutes-are': { type: 'string' } } });
const MINUTE_MS = Number(flags['minutes-are'] ?? 60) * 1000;
const HERE = fileURLToPath(new URL('.', import.meta.url));
const ETHOGRAM = fileURLToPath(new URL('../../packages/cli/bin/ethogram.js', import.meta.url));
const NAMES = {
  nginx: 'shop-nginx.service',
  redis: 'shop-redis.service',
  client: 'shop-client.service',
};
const run = promisify(execFile);

const folder = mkdtempSync(join(tmpdir(), 'ethogram-web-shop-'));
const store = `lmdb:${join(folder, 'store')}`;
const startMs = Date.now();
const labels = [];
const units = [];
const timers = new AbortController();
const say = (text) => process.stderr.write(`${new Date().toISOString()} ${text}\n`);

/** Waits until a minute of the story. */
const until = (minute) => delay(Math.max(0, startMs + minute * MINUTE_MS - Date.now()));

/** Runs something that the labels shall name. */
async function labelled(kind, name, culprit, work) {
  const from = new Date().toISOString();
  say(`${kind}: ${name}`);
  await work();
  labels.push({ kind, name, culprit, from, to: new Date().toISOString() });
}

/** The normal nightly job: packs the same folder every ten minutes of the story. */
async function backups(data) {
  for (let n = 0; !timers.signal.aborted; n++) {
    await delay(10 * MINUTE_MS, undefined, { signal: timers.signal }).catch(() => {});
    if (timers.signal.aborted) return;
    await labelled('benign', `backup ${n + 1}`, 'shop-backup.service/tar', async () => {
      const archive = join(folder, 'backup.tar');
      const unit = startUnit('shop-backup.service', ['tar', '-cf', archive, '-C', data, '.']);
      await delay(8000);
      await unit.stop();
    });
  }
}

/** Web load with a daily shape (a day is 24 story minutes) and noise that changes each 4 s. */
async function webLoad(bed) {
  let state = 42;
  while (!timers.signal.aborted) {
    const minute = (Date.now() - startMs) / MINUTE_MS;
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const daily = 90 + 70 * Math.sin((2 * Math.PI * minute) / 24);
    const rate = minute < 20 ? 2 : daily * (0.6 + (0.8 * state) / 2 ** 32);
    bed.load(Math.round(rate));
    await delay(4000, undefined, { signal: timers.signal }).catch(() => {});
  }
}

const recorder = spawn(
  process.execPath,
  [ETHOGRAM, 'record', '--store', store, '--recording', 'web-story', '--match', 'shop-*'],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
const recorded = new Promise((resolve) => recorder.on('close', resolve));
try {
  const data = join(folder, 'data');
  mkdirSync(data);
  cpSync('/usr/share/doc', data, { recursive: true, filter: (p) => !/\.(gz|html)$/.test(p) });
  const bed = await startWebBed(join(folder, 'bed'), NAMES);
  void webLoad(bed);
  void backups(data);

  await until(10);
  await labelled('service start', 'queue worker and its timer', 'shop-worker.service', () => {
    const log = join(folder, 'worker.log');
    const worker = (role) => [process.execPath, join(HERE, 'worker.mjs'), role, bed.redisPort, log];
    units.push(startUnit('shop-worker.service', worker('consume').map(String)));
    units.push(startUnit('shop-timer.service', worker('produce').map(String)));
    return Promise.resolve();
  });

  await until(76);
  const breach = 'shop-nginx.service/dash';
  await labelled('misbehaviour', 'a worker of nginx runs a shell', breach, () =>
    bed.breach('id; ls -R /etc > /dev/null'),
  );
  await until(79);
  const theft = 'shop-nginx.service/tar';
  await labelled('misbehaviour', 'the shell reads and packs a folder tree', theft, () =>
    bed.breach(
      'for i in 1 2 3 4; do tar -cf - /usr/share/doc 2>/dev/null | gzip -1 > /dev/null; done',
    ),
  );
  await until(83);
  const { redis } = bedSources(NAMES);
  await labelled('misbehaviour', 'redis stalls', redis, async () => {
    process.kill(bed.redisPid, 'SIGSTOP');
    await delay(20_000);
    process.kill(bed.redisPid, 'SIGCONT');
  });
  await until(86);
  const mixed = 'shop-nginx.service/nginx';
  await labelled('misbehaviour', 'same rate, other requests', mixed, async () => {
    bed.mix(1);
    await delay(60_000);
    bed.mix(0.2);
  });
  await until(91);
  timers.abort();
  recorder.kill('SIGINT');
  await recorded;
  for (const unit of units) await unit.stop();
  await bed.stop();
} finally {
  timers.abort();
  recorder.kill('SIGINT');
}

const out = join(HERE, 'web-story.parquet');
await run(process.execPath, [
  ...[ETHOGRAM, 'export', '--store', store, '--recording', 'web-story'],
  ...['--format', 'parquet', '--out', out],
]);
writeFileSync(join(HERE, 'labels.json'), `${JSON.stringify(labels, null, 2)}\n`);
const sums = ['web-story.parquet', 'labels.json'].map((name) => {
  const hash = createHash('sha256').update(readFileSync(join(HERE, name)));
  return `${hash.digest('hex')}  ${name}\n`;
});
writeFileSync(join(HERE, 'SHA256SUMS'), sums.join(''));
say(`made ${out}; the store it came from: ${store}`);
if (process.env['KEEP_STORE'] === undefined) rmSync(folder, { recursive: true, force: true });
