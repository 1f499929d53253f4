import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BenchTable, writeBenchResult } from '@ethogram/testkit/bench';
import { compareKernels, written } from './kernels.js';
import type { Outcome } from './learn-once.js';
import { type Loop, openReader } from './looped-reader.js';
import { type Peer, startPeer } from './peer.js';
import { writeRecording } from './recording.js';
import { say, sayTable, short } from './report.js';
import { readSourceRows } from './source-rows.js';

const HELP = `Time and memory of learning, how they grow, and the same arithmetic by scikit-learn.

  npm run bench:learn -- [--sources 200] [--metrics 40] [--hours 24] [--minutes 20]
                         [--grid 50x6,100x6,200x6,200x12] [--no-day] [--no-peer]
                         [--limit SECONDS] [--write]

Writes a recording of --minutes into an embedded store under the temporary folder, reads it again and
again until --hours are full, and learns from that. The grid is sources × hours. A training that takes
longer than --limit (420) is stopped, and its row says so: with the default grid of four, the day, the
peer and the kernels it is over within three quarters of an hour on any machine. --write leaves the figures in
test/bench/results/learn.json.
`;

const { values: flags } = parseArgs({
  options: {
    sources: { type: 'string', default: '200' },
    metrics: { type: 'string', default: '40' },
    hours: { type: 'string', default: '24' },
    minutes: { type: 'string', default: '20' },
    grid: { type: 'string', default: '50x6,100x6,200x6,200x12' },
    'no-day': { type: 'boolean', default: false },
    'no-peer': { type: 'boolean', default: false },
    limit: { type: 'string', default: '420' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const RESULT = fileURLToPath(new URL('../../results/learn.json', import.meta.url));
/** Sources of the run that is set against scikit-learn, and how many of them the peer learns. */
const PEER_SOURCES = 20;
const PEER_HOURS = 6;
const PEER_LEARNS = 3;

const COLUMNS = [
  'sources × hours',
  'million values',
  'seconds',
  'processor seconds',
  'reading',
  'sources',
  'graph',
  'thresholds',
  'peak memory, MB',
  'largest source, KB',
];

/** Recordings that were written, by their number of sources. */
type Recordings = Map<number, Loop>;

async function recording(folder: string, written: Recordings, sources: number): Promise<Loop> {
  const known = written.get(sources);
  if (known) return known;
  const ticks = Number(flags.minutes) * 60;
  const shape = { sources, metrics: Number(flags.metrics), ticks };
  const place = join(folder, `sources-${sources}`);
  let said = 0;
  const seconds = await writeRecording(place, shape, (done) => {
    if (done - said < 0.25) return;
    said = done;
    say(`  writing ${sources} sources: ${Math.round(100 * done)} %`);
  });
  say(`  ${sources} sources × ${flags.minutes} min written in ${seconds.toFixed(1)} s`);
  const loop: Loop = { folder: place, ticks, rounds: 1 };
  written.set(sources, loop);
  return loop;
}

/** Learns in a process of its own; null where that took longer than the limit. */
async function learn(loop: Loop, threads?: number): Promise<Outcome | null> {
  const script = fileURLToPath(new URL('learn-once.js', import.meta.url));
  const args = [loop.folder, `${loop.ticks}`, `${loop.rounds}`];
  const child = fork(script, threads === undefined ? args : [...args, `${threads}`]);
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    child.kill();
  }, Number(flags.limit) * 1000);
  try {
    const [outcome] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        if (late) return [null];
        throw new Error(`learning ended with exit code ${code}`);
      }),
    ])) as [Outcome | null];
    if (outcome && child.exitCode === null) await once(child, 'exit');
    return outcome;
  } finally {
    clearTimeout(limit);
  }
}

function rounds(loop: Loop, hours: number): Loop {
  return { ...loop, rounds: Math.max(1, Math.round((hours * 3600) / loop.ticks)) };
}

function row(sources: number, hours: number, outcome: Outcome | null): (string | number)[] {
  const values = (sources * Number(flags.metrics) * hours * 3600) / 1e6;
  if (!outcome) {
    const stopped = [`${sources} × ${hours}`, short(values), `> ${flags.limit}`];
    return COLUMNS.map((_, i) => stopped[i] ?? '–');
  }
  const { steps } = outcome;
  const step = (name: string, before: string): number =>
    short((steps[name] ?? 0) - (steps[before] ?? 0));
  return [
    `${sources} × ${hours}`,
    short(values),
    short(outcome.seconds),
    short(outcome.cpuSeconds),
    short(steps['read'] ?? 0),
    step('sources', 'read'),
    step('graph', 'sources'),
    step('thresholds', 'graph'),
    Math.round(outcome.peakMb),
    short(outcome.largestSource / 1024),
  ];
}

async function growth(folder: string, made: Recordings): Promise<BenchTable> {
  const wanted = flags.grid
    .split(',')
    .filter((text) => text !== '')
    .map((text) => text.split('x').map(Number) as [number, number]);
  if (!flags['no-day']) wanted.push([Number(flags.sources), Number(flags.hours)]);
  const rows: (string | number)[][] = [];
  let kernels = '';
  for (const [sources, hours] of wanted) {
    const loop = rounds(await recording(folder, made, sources), hours);
    const outcome = await learn(loop);
    kernels = outcome?.kernels ?? kernels;
    rows.push(row(sources, hours, outcome));
    say(
      `  ${sources} × ${hours} h: ${outcome ? outcome.seconds.toFixed(1) : `> ${flags.limit}`} s`,
    );
  }
  return {
    title: `Learning, ${flags.metrics} numbers a source and second, none of them ever zero`,
    columns: COLUMNS,
    rows,
    note: `Seconds from the first block to the model with its thresholds, kernels: ${kernels}. A recording of ${flags.minutes} minutes is read again and again until the hours are full. Goal for 200 × 24: 60 s on two cores, 1,024 MB.`,
  };
}

/** A whole source by us and by scikit-learn, each on one thread, from the same rows. */
async function againstPeer(
  folder: string,
  made: Recordings,
  peer: Peer,
): Promise<BenchTable | null> {
  const hours = Math.min(PEER_HOURS, Number(flags.hours));
  const loop = rounds(await recording(folder, made, PEER_SOURCES), hours);
  const outcome = await learn(loop, 1);
  if (!outcome) return null;
  const { steps } = outcome;
  const ours = (1000 * ((steps['sources'] ?? 0) - (steps['read'] ?? 0))) / PEER_SOURCES;
  const reader = await openReader(loop);
  const matrices = await readSourceRows(reader.read, PEER_LEARNS, Number(flags.metrics));
  await reader.close();
  let theirs = 0;
  for (const x of matrices) {
    theirs += await peer.run({ kernel: 'source', repeats: 1, ...written(folder, { x }) });
  }
  theirs /= matrices.length;
  return {
    title: `One source of ${flags.metrics} numbers and ${hours} h, from its rows to its views, ms, one thread`,
    columns: ['', 'ours', 'numpy, scikit-learn', 'ours / theirs'],
    rows: [['a source', short(ours), short(theirs), short(ours / theirs, 2)]],
    note: `Ours: ${PEER_SOURCES} sources in one worker thread, moving their rows there and calibration included. Theirs: scale, PCA, k-means on windows of 10 and of 40 rows, ridge on three lags, and the distance of every window; ${PEER_LEARNS} sources.`,
  };
}

function writeResult(tables: readonly BenchTable[], peer: Peer | undefined): void {
  const libraries = (peer?.facts.libraries ?? []).map((library) => [
    `${library['internal_api']}`,
    `${library['version']} ${library['architecture']}`,
  ]);
  writeBenchResult(RESULT, {
    bench: 'learn',
    command: ['npm run bench:learn --', ...process.argv.slice(2)].join(' '),
    versions: { ...peer?.facts.versions, ...Object.fromEntries(libraries) },
    tables,
  });
}

async function main(): Promise<void> {
  if (flags.help) return say(HELP);
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-bench-learn-'));
  const made: Recordings = new Map();
  const peer = flags['no-peer'] ? undefined : await startPeer();
  try {
    say(`load ${loadavg()[0]?.toFixed(1)}`);
    if (peer) say(`peer: ${JSON.stringify(peer.facts)}`);
    const tables: BenchTable[] = [];
    // What was measured is kept, also where the rest is cut off.
    const add = (table: BenchTable): void => {
      tables.unshift(table);
      sayTable(table);
      if (flags.write) writeResult(tables, peer);
    };
    add(await compareKernels(folder, peer));
    if (peer) {
      const whole = await againstPeer(folder, made, peer);
      if (whole) add(whole);
      else say(`  beside the peer: stopped after ${flags.limit} s`);
    }
    add(await growth(folder, made));
    if (flags.write) say(`\nwritten: ${RESULT}`);
  } finally {
    await peer?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
