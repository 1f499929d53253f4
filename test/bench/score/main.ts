import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serialize } from 'node:v8';
import type { Block } from '@ethogram/core';
import { createScorer } from '@ethogram/score';
import { type BenchTable, writeBenchResult } from '@ethogram/testkit/bench';
import { type LargeHost, largeHost, learnPattern, type Pattern } from './many-sources.js';
import type { MemoryRow } from './memory-child.js';
import { shifted } from './rounds.js';

const RESULT = 'test/bench/results/score.json';
const SIZES = [50, 200, 500];
/** Sources of the hosts whose memory is watched: of few over very many ticks, and of many. */
const FEW = 5;
const MANY = 200;
const MANY_TICKS = 6_000;

const { values: flags } = parseArgs({
  options: {
    /** Ticks of which each is timed, per size. */
    timed: { type: 'string', default: '300' },
    /** Ticks over which memory is watched with few sources, and for how many seconds at most. */
    ticks: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '120' },
    write: { type: 'boolean', default: false },
  },
});

say('learning the shipped recording, three times over');
const pattern = await learnPattern();
const tables: BenchTable[] = [];
const parts = [
  () => timing(pattern, Number(flags.timed)),
  () => memory(largeHost(pattern, FEW, 600), Number(flags.ticks), Number(flags.seconds)),
  () => memory(largeHost(pattern, MANY, 600), MANY_TICKS, Number(flags.seconds) / 3),
];
for (const part of parts) {
  const table = part();
  print(table);
  tables.push(table);
}
if (flags.write) {
  const command = 'npm run bench:score -- --write';
  writeBenchResult(RESULT, { bench: 'score', command, versions: {}, tables });
}

/** How long a tick takes, one block a tick as live scoring gets them, after a warm-up. */
function timing(from: Pattern, ticks: number): BenchTable {
  const rows = SIZES.map((sources) => {
    say(`timing ${sources} sources`);
    const { model, blocks, values } = largeHost(from, sources, ticks);
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

/** What a process that only scores holds after so many ticks, or as many as fit into the time. */
function memory({ model, blocks }: LargeHost, ticks: number, seconds: number): BenchTable {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-bench-score-'));
  try {
    const file = join(folder, 'host.bin');
    writeFileSync(file, serialize({ model, blocks }));
    say(`watching the memory of ${model.sources.length} sources, ${seconds} s at most`);
    const child = fileURLToPath(new URL('memory-child.js', import.meta.url));
    const args = ['--expose-gc', child, file, String(ticks), String(seconds)];
    const rows = JSON.parse(execFileSync(process.execPath, args).toString()) as MemoryRow[];
    return {
      title: `Memory of scoring ${model.sources.length} sources`,
      columns: ['ticks', 'RSS MB', 'used MB', 'checkpoint bytes'],
      rows: rows.map((row) => [row.ticks, row.rssMb, row.usedMb, row.checkpointBytes]),
      note: `A process of its own, which also holds ten minutes of ticks; up to ${ticks} ticks, or as many as it scores in ${seconds} s. Flat means that the later rows are no larger.`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
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

function say(what: string): void {
  process.stderr.write(`${what}\n`);
}

function print({ title, columns, rows, note }: BenchTable): void {
  process.stdout.write(`\n${title}\n`);
  for (const row of [columns, ...rows]) {
    process.stdout.write(`  ${row.map((cell) => String(cell ?? '–').padEnd(20)).join('')}\n`);
  }
  if (note) process.stdout.write(`  ${note}\n`);
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
