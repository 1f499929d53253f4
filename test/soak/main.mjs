// `npm run soak [-- --minutes N] [-- --write]`: what takes hours, and so is in no other test. Needs
// root for the small disk, and a built checkout. Prints what it found; fails where something broke.
// `--server-minutes` is the part of them for the loss of a database (three tenths unless told);
// `--keep FOLDER` leaves the service's store and anomalies there, to look into what it said.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { prepareTestServer } from '../../packages/setup/src/test-server.mjs';
import { writeBenchResult } from '../../packages/testkit/dist/bench/index.js';
import { startChurn } from './churn.mjs';
import { slopePerHour } from './slope.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BINARY = join(ROOT, 'packages/cli/bin/ethogram.js');
const PORT = 28_411;
const DISK_MIB = 96;
const MONGO_PORT = 28_412;

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '240' },
    'server-minutes': { type: 'string' },
    keep: { type: 'string' },
    fuzz: { type: 'string', default: '1000000' },
    kills: { type: 'string', default: '300' },
    backend: { type: 'string', default: 'auto' },
    write: { type: 'boolean', default: false },
  },
});
const minutes = Number(flags.minutes);
if (!(minutes >= 6)) throw new Error('--minutes: expected 6 or more');
const serverMinutes = Number(flags['server-minutes'] ?? minutes * 0.3);
if (!(serverMinutes >= 1 && serverMinutes < minutes))
  throw new Error('--server-minutes: expected 1 or more, and less than --minutes');

const folder = mkdtempSync(join(tmpdir(), 'ethogram-soak-'));
// The service becomes whom it may while it runs: the folder is not for root alone.
chmodSync(folder, 0o755);
const problems = [];
const say = (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
const expect = (holds, text) => {
  if (!holds) problems.push(text);
  say(`${holds ? 'ok' : 'BROKEN'}: ${text}`);
};

/** A service that can be killed and started again, and what it said over all its lives. */
function service(name, store, more = []) {
  const lives = [];
  const lines = [];
  let child;
  const start = () => {
    child = spawn(
      process.execPath,
      [
        BINARY,
        'run',
        ...['--store', store, '--metrics-listen', `127.0.0.1:${PORT}`, '-o', 'jsonl'],
        ...['--backend', flags.backend],
        // Else procfs may not read what other users' processes do.
        ...(flags.backend === 'procfs' && process.getuid?.() === 0 ? ['--keep-ptrace'] : []),
        ...more,
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH, HOME: folder, XDG_CONFIG_HOME: folder },
      },
    );
    const life = { name, code: undefined, stderr: '', startedMs: Date.now(), endedMs: 0 };
    lives.push(life);
    let rest = '';
    child.stdout.on('data', (chunk) => {
      const parts = `${rest}${chunk}`.split('\n');
      rest = parts.pop();
      lines.push(...parts.filter((line) => line !== ''));
    });
    child.stderr.on('data', (chunk) => {
      life.stderr = `${life.stderr}${chunk}`.slice(-20_000);
    });
    child.on('close', (code, signal) => {
      life.code = code ?? signal;
      life.endedMs = Date.now();
    });
  };
  start();
  return {
    lives,
    anomalies: () => lines.map((line) => JSON.parse(line)),
    isAlive: () => lives.at(-1).code === undefined,
    restart: start,
    kill: async () => {
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      const life = lives.at(-1);
      if (life.code !== undefined) return Number.NaN;
      const startMs = Date.now();
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
      return Date.now() - startMs;
    },
  };
}

/** What `/metrics` says, as name (with labels) to value; undefined where nobody answers. */
async function metrics() {
  try {
    const text = await (await fetch(`http://127.0.0.1:${PORT}/metrics`)).text();
    const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      rows.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
    );
  } catch {
    return undefined;
  }
}

function ethogram(store, ...args) {
  const { stdout } = spawnSync(
    process.execPath,
    [BINARY, ...args, '--store', store, '-o', 'jsonl'],
    {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder, XDG_CONFIG_HOME: folder },
      maxBuffer: 1 << 28,
    },
  );
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** One service on a small disk for most of the time, under churn: kills and a full disk. */
async function soakEmbedded(forMs) {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', disk]);
  const hasDisk = mounted.status === 0;
  if (!hasDisk) say('no small disk: mounting one needs root; the full disk is not tried');
  const store = `lmdb:${join(disk, 'store')}`;
  const learnMs = Math.max(120_000, Math.min(1_200_000, forMs / 4));
  const one = service('lmdb', store, [
    ...['--first-after', `${Math.round(learnMs / 1000)}s`, '--learn-every', '4h'],
    ...['--max-bytes', `${Math.round(DISK_MIB / 2)}MiB`, '--max-cpu', '50%'],
  ]);
  const churn = startChurn();
  const startMs = Date.now();
  const memory = [];
  const plan = [
    { at: 0.15, what: 'kill' },
    { at: 0.5, what: 'full' },
    { at: 0.7, what: 'kill' },
    { at: 0.85, what: 'kill' },
  ];
  let lifeOfMemory = 0;
  let took = 0;
  const lost = new Map();
  let drops = 0;
  let scoredMs = 0;
  let lookedMs = Date.now();
  let last;
  const endLife = () => {
    if (!last) return;
    took += last.get('ethogram_ticks_total') ?? 0;
    drops += last.get('ethogram_store_drops_total') ?? 0;
    for (const [name, value] of last) {
      const cause = /^ethogram_lost_total\{cause="([^"]+)"/.exec(name)?.[1];
      if (cause && value > 0) lost.set(cause, (lost.get(cause) ?? 0) + value);
    }
    last = undefined;
  };
  while (Date.now() - startMs < forMs) {
    await delay(5_000);
    const seen = await metrics();
    const now = Date.now();
    if (seen) {
      last = seen;
      if (seen.has('ethogram_model_warn_score')) scoredMs += now - lookedMs;
      memory.push({
        life: lifeOfMemory,
        minute: (now - one.lives.at(-1).startedMs) / 60_000,
        mib: (seen.get('ethogram_resident_memory_bytes') ?? 0) / 2 ** 20,
      });
    }
    lookedMs = now;
    if (!one.isAlive()) {
      expect(false, `the service ended by itself: ${one.lives.at(-1).stderr.slice(-600)}`);
      endLife();
      one.restart();
      lifeOfMemory++;
    }
    const next = plan[0];
    if (!next || now - startMs < next.at * forMs) continue;
    plan.shift();
    if (next.what === 'kill') {
      endLife();
      await one.kill();
      one.restart();
      lifeOfMemory++;
    } else if (hasDisk) await fullDisk(disk, one);
  }
  endLife();
  await churn.stop();
  const stopMs = await one.stop();
  expect(stopMs < 5_000, `SIGTERM ended the service in ${stopMs} ms`);
  const [info] = ethogram(store, 'recordings');
  expect(
    info !== undefined && info.ticks <= took + one.lives.length * 12,
    `no tick stands twice: ${info?.ticks} stored of ${took} taken`,
  );
  // What was acknowledged is there: only what was dropped, or taken within a tick of a kill, is not.
  expect(
    (info?.ticks ?? 0) >= took - drops - 3 * one.lives.length,
    `${info?.ticks} ticks stored, ${took} taken, ${drops} dropped, ${one.lives.length - 1} kills`,
  );
  const anomalies = one.anomalies();
  if (flags.keep) {
    cpSync(disk, join(flags.keep, 'disk'), { recursive: true });
    const lines = anomalies.map((anomaly) => `${JSON.stringify(anomaly)}\n`);
    writeFileSync(join(flags.keep, 'anomalies.jsonl'), lines.join(''));
  }
  if (hasDisk) spawnSync('umount', ['-l', disk]);
  return {
    hasDisk,
    spawned: churn.spawned(),
    kills: one.lives.length - 1,
    took,
    stored: info?.ticks ?? 0,
    lost,
    drops,
    stopMs,
    memory,
    scoredHours: scoredMs / 3_600_000,
    anomalies: anomalies.length,
    incidents: incidentsOf(anomalies, startMs),
    kinds: countBy(anomalies.flatMap(({ kinds }) => kinds)),
  };
}

/** Fills the disk for a minute; the service must live, and get going again. */
async function fullDisk(disk, one) {
  say('filling the disk');
  const ballast = join(disk, 'ballast');
  spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k'], { stdio: 'ignore' });
  await delay(60_000);
  const full = await metrics();
  const waiting = full?.get('ethogram_store_buffered_ticks') ?? 0;
  expect(one.isAlive(), `the service lives on a full disk; ${waiting} ticks wait`);
  rmSync(ballast, { force: true });
  await delay(40_000);
  const after = await metrics();
  const left = after?.get('ethogram_store_buffered_ticks');
  expect(left === 0, `nothing waits once there is room again (${left})`);
}

/** A service on a MongoDB server that is killed and comes back. */
async function soakServer(forMs) {
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
  const one = service('mongodb', uri, ['--first-after', '1d', '--max-cpu', '50%']);
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

/** Tests that take a count from their environment, at the count of a soak; each as it ends. */
function* countedTests() {
  const env = {
    ...process.env,
    ETHOGRAM_FUZZ_RUNS: flags.fuzz,
    ETHOGRAM_TEST_KILLS: flags.kills,
    ETHOGRAM_TEST_CUTS: flags.kills,
  };
  const all = [
    ['fuzzed inputs', 'unit', 'ETHOGRAM_FUZZ_RUNS', flags.fuzz],
    ['fuzzed documents', 'integration', 'ETHOGRAM_FUZZ_RUNS', flags.fuzz],
    ['kills of a writer', 'integration', 'ETHOGRAM_TEST_KILLS', flags.kills],
    ['lost connections', 'integration', 'ETHOGRAM_TEST_CUTS', flags.kills],
  ];
  for (const [what, project, variable, count] of all) {
    const files = testsThatRead(variable, project);
    if (files.length === 0) {
      expect(false, `${what}: a test takes the count`);
      yield { what, count, files: 0, seconds: 0, outcome: 'no test takes it' };
      continue;
    }
    say(`${what}: ${count} in ${files.length} files`);
    const startMs = Date.now();
    const args = ['vitest', 'run', '--project', project, '--testTimeout', '7200000', ...files];
    const { status, stdout } = spawnSync('npx', args, { cwd: ROOT, env, encoding: 'utf8' });
    const seconds = Math.round((Date.now() - startMs) / 1000);
    expect(status === 0, `${what}: ${count}${status === 0 ? '' : `: ${failedTests(stdout)}`}`);
    yield {
      what,
      count,
      files: files.length,
      seconds,
      outcome: status === 0 ? 'passed' : 'failed',
    };
  }
}

/** The names of the tests that failed, without colours. */
function failedTests(output) {
  const plain = stripVTControlCharacters(output);
  return [...new Set(plain.match(/^ +× .+$/gm) ?? ['no test says why'])]
    .map((line) => line.replace(/^ +× /, '').replace(/ \d+ms$/, ''))
    .join('; ');
}

/** Test files of a project that take a count from a variable, also by way of a module that reads it. */
function testsThatRead(variable, project) {
  const grep = (pattern, files) =>
    spawnSync('git', ['grep', '-lE', pattern, '--', files], { cwd: ROOT, encoding: 'utf8' })
      .stdout.split('\n')
      .filter((file) => file !== '');
  const named = grep(variable, '*.ts');
  const modules = named.filter((file) => !file.endsWith('.test.ts'));
  // A module is named for what it exports: fuzz-runs.ts has fuzzRuns.
  const users = modules.flatMap((file) => {
    const stem = file.split('/').at(-1).replace(/\.ts$/, '');
    const name = stem.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    return grep(`${stem}|\\b${name}\\b`, '*.test.ts');
  });
  const tests = named.filter((file) => file.endsWith('.test.ts'));
  const isOfProject = (file) =>
    file.startsWith('test/integration/') === (project === 'integration');
  return [...new Set([...tests, ...users])].filter(isOfProject);
}

/** Each incident: when it began, what named it first, and all that was said in it. */
function incidentsOf(anomalies, startMs) {
  const records = new Map();
  for (const anomaly of anomalies)
    records.set(anomaly.incident, [...(records.get(anomaly.incident) ?? []), anomaly]);
  return [...records.values()].map((all) => {
    const [first] = all;
    const sources = new Set(all.map(({ source }) => source.name));
    return {
      minute: (Date.parse(first.ts) - startMs) / 60_000,
      first: first.source.name,
      because: first.reasons?.[0]?.metric ?? '',
      sources: sources.size,
      records: all.length,
      kinds: [...new Set(all.flatMap(({ kinds }) => kinds))].join(' '),
    };
  });
}

function countBy(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => `${value} ${count}`).join(', ');
}

/** Memory of the longest life, from a third of it on: what grows there has no end. */
function memoryOf(samples) {
  const lives = Map.groupBy
    ? [...Map.groupBy(samples, ({ life }) => life).values()]
    : Object.values(
        samples.reduce((all, sample) => {
          all[sample.life] = [...(all[sample.life] ?? []), sample];
          return all;
        }, {}),
      );
  const longest = lives.sort((a, b) => b.length - a.length)[0] ?? [];
  const settled = longest.slice(Math.floor(longest.length / 3));
  return {
    minutes: longest.length > 0 ? longest.at(-1).minute - longest[0].minute : 0,
    from: settled[0]?.mib ?? Number.NaN,
    to: settled.at(-1)?.mib ?? Number.NaN,
    most: Math.max(...samples.map(({ mib }) => mib)),
    slope: slopePerHour(settled),
  };
}

const round = (value, digits = 1) => Number(value.toFixed(digits));

/** What was found, as tables; of the tests that take a count those that have ended. */
function tablesOf({ embedded, server, counted, elapsedMs }) {
  const memory = memoryOf(embedded.memory);
  // Of less than an hour a rate per day would say nothing.
  const perDay =
    embedded.scoredHours >= 1 ? (embedded.incidents.length / embedded.scoredHours) * 24 : null;
  const length = `${Math.round(elapsedMs / 60_000)} minutes in all; the goal is hours`;
  return [
    {
      title: `A service under churn, on a disk of ${DISK_MIB} MiB (${round(minutes - serverMinutes)} minutes)`,
      columns: ['what', 'value'],
      rows: [
        ['processes started beside it', embedded.spawned],
        ['kill -9', embedded.kills],
        ['full disk', embedded.hasDisk ? 'once, for a minute' : 'not tried (needs root)'],
        ['ticks taken', embedded.took],
        ['ticks stored', embedded.stored],
        ['ticks dropped by the bound of the memory', embedded.drops],
        [
          'lost while measuring, by cause',
          [...embedded.lost].map(([cause, count]) => `${cause} ${count}`).join(', ') || 'nothing',
        ],
        ['time from SIGTERM to the end, ms', embedded.stopMs],
        [
          'memory from a third of its longest life on, MiB',
          `${round(memory.from)} → ${round(memory.to)}`,
        ],
        ['its trend over that time, MiB an hour', round(memory.slope)],
        ['most memory, MiB', round(memory.most)],
        ['hours scored', round(embedded.scoredHours, 2)],
        ['incidents', embedded.incidents.length],
        ['incidents a host-day', perDay === null ? null : round(perDay)],
        ['anomalies by kind', embedded.kinds || 'none'],
      ],
      note: `${length}. Churn is made of processes that the model was learned beside.`,
    },
    ...(embedded.incidents.length > 0
      ? [
          {
            title: 'Its incidents',
            columns: ['minute', 'first source', 'because', 'sources', 'records', 'kinds'],
            rows: embedded.incidents
              .slice(0, 40)
              .map(({ minute, first, because, sources, records, kinds }) => [
                round(minute),
                first,
                because,
                sources,
                records,
                kinds,
              ]),
            note:
              embedded.incidents.length > 40
                ? `The first 40 of ${embedded.incidents.length}.`
                : undefined,
          },
        ]
      : []),
    ...(server
      ? [
          {
            title: `A service whose MongoDB server is killed (${round(server.minutes)} minutes)`,
            columns: ['what', 'value'],
            rows: [
              ['losses of the store, about half a minute each', server.losses],
              ['ticks taken', server.took],
              ['ticks stored', server.stored],
              ['ticks dropped', server.drops],
              ['time from SIGTERM to the end, ms', server.stopMs],
            ],
            note: 'On the wire-protocol server that the tests use.',
          },
        ]
      : []),
    {
      title: 'Tests at the counts of a soak',
      columns: ['what', 'count', 'files', 'seconds', 'outcome'],
      rows: counted.map(({ what, count, files, seconds, outcome }) => [
        what,
        Number(count),
        files,
        seconds,
        outcome,
      ]),
    },
    {
      title: 'What broke',
      columns: ['what'],
      rows: problems.length === 0 ? [['nothing']] : problems.map((text) => [text.slice(0, 300)]),
    },
  ];
}

function print(tables) {
  for (const { title, columns, rows, note } of tables) {
    process.stdout.write(`\n${title}\n${columns.join(' | ')}\n`);
    for (const row of rows) process.stdout.write(`${row.join(' | ')}\n`);
    if (note) process.stdout.write(`${note}\n`);
  }
}

/** Into the file that the page is made from, after each part again: a soak may be ended early. */
function write(tables) {
  if (!flags.write) return;
  const command = `npm run soak -- --minutes ${minutes} --server-minutes ${serverMinutes} --fuzz ${flags.fuzz} --kills ${flags.kills} --backend ${flags.backend}`;
  writeBenchResult(join(ROOT, 'test/bench/results/soak.json'), {
    bench: 'soak',
    command,
    versions: {},
    tables,
  });
}

try {
  const startMs = Date.now();
  say(`a soak of ${minutes} minutes in ${folder}`);
  const embedded = await soakEmbedded((minutes - serverMinutes) * 60_000);
  const server = await soakServer(serverMinutes * 60_000);
  const counted = [];
  const tables = () => tablesOf({ embedded, server, counted, elapsedMs: Date.now() - startMs });
  print(tables());
  write(tables());
  for (const outcome of countedTests()) {
    counted.push(outcome);
    write(tables());
  }
  print(tables());
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  writeFileSync(join(tmpdir(), 'ethogram-soak-last.txt'), problems.join('\n'));
  spawnSync('umount', ['-l', join(folder, 'disk')]);
  rmSync(folder, { recursive: true, force: true });
}
