import { parseArgs } from 'node:util';
import type { Block } from '@ethogram/core';
import { createScorer } from '@ethogram/score';
import { type BenchTable, writeBenchResult } from '@ethogram/testkit/bench';
import { type LargeHost, largeHost, learnPattern } from './many-sources.js';

const RESULT = 'test/bench/results/score.json';
const SIZES = [50, 200, 500];
/** Sources of the host whose memory is watched. */
const WATCHED = 200;

const { values: flags } = parseArgs({
  options: {
    /** Ticks of which each is timed, per size. */
    timed: { type: 'string', default: '600' },
    /** Ticks over which memory is watched; 1,000,000 for the whole of it (hours). */
    ticks: { type: 'string', default: '10000' },
    write: { type: 'boolean', default: false },
  },
});

process.stderr.write('learning the shipped recording, three times over\n');
const pattern = await learnPattern();
const tables: BenchTable[] = [
  timing(SIZES.map((sources) => largeHost(pattern, sources, Number(flags.timed)))),
  memory(largeHost(pattern, WATCHED, 600), Number(flags.ticks)),
];
for (const table of tables) print(table);
if (flags.write) {
  const command = 'npm run bench:score -- --write';
  writeBenchResult(RESULT, { bench: 'score', command, versions: {}, tables });
}

/** How long a tick takes, one block a tick as live scoring gets them, after a warm-up. */
function timing(hosts: readonly LargeHost[]): BenchTable {
  const rows = hosts.map(({ model, blocks, values }) => {
    const scorer = createScorer(model);
    const run = (block: Block): number => {
      const before = process.hrtime.bigint();
      scorer.push(block);
      return Number(process.hrtime.bigint() - before) / 1e6;
    };
    for (const block of shifted(blocks, 0)) run(block);
    const singles = [...shifted(blocks, 1)].flatMap(oneTickEach);
    const cpu = process.cpuUsage();
    const times = singles.map(run).sort((a, b) => a - b);
    const spent = process.cpuUsage(cpu);
    const perSecond = (values * singles.length) / ((spent.user + spent.system) / 1e6);
    const at = (share: number): number =>
      round(times[Math.floor((times.length - 1) * share)] as number);
    return [
      model.sources.length,
      Math.round(values),
      at(0.5),
      at(0.99),
      Math.round(perSecond),
      round(JSON.stringify(model.sources).length / model.sources.length / 1024),
    ];
  });
  return {
    title: 'Scoring one tick of a second, all views',
    columns: [
      'sources',
      'values a tick',
      'ms a tick, median',
      'ms, 99 %',
      'values a second of one core',
      'model KB a source',
    ],
    rows,
    note: 'Sources are copies of the processes and disks of the shipped recording, with eight axes each; every tick is a block of its own.',
  };
}

/** What scoring holds after so many ticks. */
function memory({ model, blocks }: LargeHost, ticks: number): BenchTable {
  const scorer = createScorer(model);
  const rows: (readonly [number, number, number, number])[] = [];
  const look = (done: number): void => {
    globalThis.gc?.();
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
    rows.push([done, mb(rss), mb(heapUsed + arrayBuffers), scorer.checkpoint().length]);
  };
  let done = 0;
  let next = 0;
  const looks = [0.1, 0.25, 0.5, 0.75, 1].map((share) => Math.round(ticks * share));
  for (let round = 0; done < ticks; round++) {
    for (const block of shifted(blocks, round)) {
      scorer.push(block);
      done += block.ts.length;
      if (done >= (looks[next] ?? Number.POSITIVE_INFINITY)) {
        look(done);
        next++;
      }
    }
  }
  return {
    title: `Memory of scoring ${model.sources.length} sources`,
    columns: ['ticks', 'RSS MB', 'used MB', 'checkpoint bytes'],
    rows,
    note: 'The process also holds the bench: the model as an object, and ten minutes of ticks. Flat means that the later rows are no larger.',
  };
}

/** The same ticks once more, later by so many rounds. */
function* shifted(blocks: readonly Block[], round: number): Generator<Block> {
  const first = blocks[0]?.ts[0] ?? 0;
  const last = blocks.at(-1)?.ts.at(-1) ?? 0;
  const count = blocks.reduce((sum, block) => sum + block.ts.length, 0);
  for (const block of blocks) {
    const ts = block.ts.map((at) => at + round * (last - first + 1000));
    yield { ...block, ts, seq: block.seq.map((seq) => seq + round * count) };
  }
}

/** Every tick of a block as a block of its own. */
function oneTickEach(block: Block): Block[] {
  return Array.from(block.ts, (_, t): Block => {
    const from = block.rowStart[t] as number;
    const to = block.rowStart[t + 1] as number;
    return {
      ...block,
      seq: block.seq.slice(t, t + 1),
      ts: block.ts.slice(t, t + 1),
      intervalNs: block.intervalNs.slice(t, t + 1),
      rowStart: Uint32Array.of(0, to - from),
      seriesIndex: block.seriesIndex.slice(from, to),
      values: block.values.slice(from, to),
      links: new Map(),
      linkSnapshots: new Set(),
      markers: new Map(),
      lost: new Map(),
    };
  });
}

function print({ title, columns, rows, note }: BenchTable): void {
  process.stdout.write(`\n${title}\n`);
  for (const row of [columns, ...rows]) {
    process.stdout.write(`  ${row.map((cell) => String(cell ?? '–').padEnd(20)).join('')}\n`);
  }
  if (note) process.stdout.write(`  ${note}\n`);
}

function mb(bytes: number): number {
  return round(bytes / 2 ** 20);
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
