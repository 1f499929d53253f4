import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchTable } from '@ethogram/testkit/bench';
import { exists, pinned } from './child.js';
import { fixed, median, ratio, say } from './figures.js';
import {
  collectorTracer,
  countingPeers,
  EMPTY,
  emptyTracer,
  OURS,
  perfTrace,
  type Tracer,
} from './tracers.js';

/** What {@link addedPerCall} works with. */
export interface AddedSettings {
  readonly built: (name: string) => string;
  /** For what a peer writes. */
  readonly folder: string;
  readonly rounds: number;
  /** No further round begins after this time, milliseconds UTC. */
  readonly untilMs: number;
  /** The processor of the caller. */
  readonly cpu: number;
}

const BASE = 'base';
const STRACE = 'strace -c';
/** 5,000 calls each. */
const BATCHES = 400;
/** strace stops its program twice in every call: a few batches are enough. */
const STRACE_BATCHES = 2;

const GOALS = { aboveEmptyNs: 50, aboveEmptyShare: 1 / 3, inAllShare: 1 / 2 };

/**
 * Nanoseconds added to one `getppid`, ours beside the floor and every peer. Each round measures
 * all of them, one after the other; what is printed are the least batch of all rounds, and the
 * median over the rounds of the difference within one round.
 */
export async function addedPerCall(settings: AddedSettings): Promise<BenchTable[]> {
  const { built, folder, cpu } = settings;
  const tracers = [emptyTracer(built), collectorTracer, ...countingPeers(), perfTrace(folder)];
  const measured = new Map<string, () => Promise<number>>([
    [BASE, async () => callCost(built('call-cost'), cpu)],
    ...tracers
      .filter(({ missing }) => missing === undefined)
      .map((tracer) => [tracer.name, () => beside(tracer, built('call-cost'), cpu)] as const),
  ]);
  if (exists('strace')) measured.set(STRACE, async () => straceCost(built('call-cost'), cpu));
  const absent = tracers.flatMap(({ name, missing }) => (missing ? [`${name}: ${missing}`] : []));
  if (!exists('strace')) absent.push(`${STRACE}: strace is not there`);

  const costs = new Map([...measured.keys()].map((name) => [name, [] as number[]]));
  const failed = new Map<string, string>();
  let rounds = 0;
  for (; rounds < settings.rounds; rounds++) {
    if (rounds > 0 && Date.now() > settings.untilMs) break;
    say(`added per call: round ${rounds + 1} of ${settings.rounds}`);
    for (const [name, measure] of measured) {
      if (failed.has(name)) continue;
      try {
        costs.get(name)?.push(await measure());
      } catch (failure) {
        if ([BASE, EMPTY, OURS].includes(name)) throw failure;
        failed.set(name, (failure as Error).message);
        costs.delete(name);
      }
    }
  }
  for (const [name, reason] of failed) absent.push(`${name}: ${reason}`);
  return [costTable(costs, rounds, absent), ratioTable(costs)];
}

function callCost(program: string, cpu: number): number {
  const [command, args] = pinned(cpu, program, [String(BATCHES)]);
  return Number(execFileSync(command, args, { encoding: 'utf8' }));
}

function straceCost(program: string, cpu: number): number {
  const strace = ['-c', '-o', '/dev/null', program, String(STRACE_BATCHES)];
  const [command, args] = pinned(cpu, 'strace', strace);
  return Number(execFileSync(command, args, { encoding: 'utf8' }));
}

async function beside(tracer: Tracer, program: string, cpu: number): Promise<number> {
  const running = await tracer.start();
  let cost: number;
  try {
    await sleep(300);
    cost = callCost(program, cpu);
  } finally {
    await running.stop();
  }
  tracer.sawIt?.(running.output(), 'call-cost');
  return cost;
}

type Costs = ReadonlyMap<string, readonly number[]>;

/** What `name` adds to `to`: of the least batches, and the median of the rounds. */
function added(costs: Costs, name: string, to: string): { least: number; middle: number } {
  const ours = costs.get(name) ?? [];
  const floor = costs.get(to) ?? [];
  return {
    least: Math.min(...ours) - Math.min(...floor),
    middle: median(ours.map((ns, round) => ns - (floor[round] ?? Number.NaN))),
  };
}

function costTable(costs: Costs, rounds: number, absent: readonly string[]): BenchTable {
  const rows = [...costs].map(([name, ns]) => {
    const all = added(costs, name, BASE);
    const above = added(costs, name, EMPTY);
    const isBase = name === BASE;
    const isFloor = isBase || name === EMPTY;
    return [
      name,
      fixed(Math.min(...ns), 1),
      isBase ? null : fixed(all.least, 1),
      isBase ? null : fixed(all.middle, 1),
      isFloor ? null : fixed(above.least, 1),
      isFloor ? null : fixed(above.middle, 1),
    ];
  });
  const note =
    `${rounds} rounds, each of all rows in turn; of each the least of ${BATCHES} batches of 5,000 ` +
    `getppid on a processor of its own (strace: ${STRACE_BATCHES}). Least: of all rounds; median: ` +
    'of the differences within a round. perf trace throws events away when it cannot follow, ' +
    `which makes it look cheaper.${absent.map((why) => ` Not measured: ${why}.`).join('')}`;
  return {
    title: 'Nanoseconds added to a system call',
    columns: [
      'beside',
      'ns per call',
      'added, least',
      'added, median',
      'above the empty program, least',
      'above the empty program, median',
    ],
    rows,
    note,
  };
}

function ratioTable(costs: Costs): BenchTable {
  const above = added(costs, OURS, EMPTY);
  const all = added(costs, OURS, BASE);
  const rows: (string | number)[][] = [
    [
      'ethogram − empty, ns',
      fixed(above.least, 1),
      fixed(above.middle, 1),
      `≤ ${GOALS.aboveEmptyNs}`,
    ],
  ];
  for (const name of costs.keys()) {
    if ([BASE, EMPTY, OURS].includes(name)) continue;
    const peerAbove = added(costs, name, EMPTY);
    const peerAll = added(costs, name, BASE);
    const isBpftrace = name.startsWith('bpftrace');
    const hasGoal = isBpftrace || name.startsWith('syscount');
    rows.push([
      `above the empty program ÷ ${name}`,
      ratio(above.least / peerAbove.least),
      ratio(above.middle / peerAbove.middle),
      isBpftrace ? `≤ ${ratio(GOALS.aboveEmptyShare)}` : '',
    ]);
    rows.push([
      `in all ÷ ${name}`,
      ratio(all.least / peerAll.least),
      ratio(all.middle / peerAll.middle),
      hasGoal ? `≤ ${GOALS.inAllShare}` : '',
    ]);
  }
  return {
    title: 'What ethogram adds to a call, against the others',
    columns: ['figure', 'least', 'median', 'goal'],
    rows,
  };
}
