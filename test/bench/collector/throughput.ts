import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchTable } from '@ethogram/testkit/bench';
import { fixed, median, quantile, say } from './figures.js';
import { type Load, type LoadFigures, loads } from './loads.js';
import { countingPeers, EMPTY, emptyTracer, recordTracer, type Tracer } from './tracers.js';

/** What {@link throughput} works with. */
export interface ThroughputSettings {
  readonly built: (name: string) => string;
  readonly folder: string;
  readonly rounds: number;
  /** No further round begins after this time, milliseconds UTC. */
  readonly untilMs: number;
  /** How long a run of a load takes, about. */
  readonly seconds: number;
  readonly cpus: number;
}

const NOTHING = 'nothing';
const GOAL_POINTS = 1;
const GOAL_SHARE = 1 / 3;

type Figures = ReadonlyMap<string, readonly LoadFigures[]>;

/**
 * What real services lose while something watches their system calls. Each round starts every
 * tracer once, in an order that rotates, and runs every load beside it; a loss is taken within its
 * round, against the run beside nothing.
 */
export async function throughput(settings: ThroughputSettings): Promise<BenchTable[]> {
  const { built, folder } = settings;
  const record = recordTracer(folder);
  const peers = countingPeers();
  const tracers = [emptyTracer(built), record, ...peers];
  const here = tracers.filter(({ missing }) => missing === undefined);
  const all = loads({
    folder,
    seconds: settings.seconds,
    serverCpu: 0,
    clientCpu: settings.cpus - 1,
  });
  const running = all.filter(({ missing }) => missing === undefined);
  const absent = [...tracers, ...all].flatMap(({ name, missing }) =>
    missing === undefined ? [] : [`${name}: ${missing}`],
  );
  const figures = new Map<Load, Map<string, LoadFigures[]>>();
  const opened: Load[] = [];
  const failed = new Set<Tracer>();
  let rounds = 0;
  try {
    for (const load of running) {
      opened.push(load);
      try {
        await load.open();
        figures.set(load, new Map());
      } catch (failure) {
        absent.push(`${load.name}: ${(failure as Error).message}`);
      }
    }
    const variants: (Tracer | undefined)[] = [undefined, ...here];
    for (; rounds < settings.rounds; rounds++) {
      if (rounds > 0 && Date.now() > settings.untilMs) break;
      say(`throughput: round ${rounds + 1} of ${settings.rounds}`);
      for (let i = 0; i < variants.length; i++) {
        const tracer = variants[(i + rounds) % variants.length];
        if (tracer && failed.has(tracer)) continue;
        try {
          await besideOne(tracer, figures);
        } catch (failure) {
          if (!tracer || !peers.includes(tracer)) throw failure;
          failed.add(tracer);
          absent.push(`${tracer.name}: ${(failure as Error).message}`);
          for (const of of figures.values()) of.delete(tracer.name);
        }
      }
    }
  } finally {
    for (const load of opened) await load.close();
  }
  if (figures.size === 0) throw new Error(`no load could be measured: ${absent.join('; ')}`);
  const tables = [...figures].map(([load, of]) => lossTable(load, of, record.name));
  const note =
    `${rounds} rounds of all rows in turn, the order rotating; losses are the median over the rounds ` +
    'of the difference to the run beside nothing in the same round, in brackets the first and third ' +
    'quartile. CPU is that of the server (of fio itself), kernel time included.' +
    absent.map((why) => ` Not measured: ${why}.`).join('');
  return tables.map((table) => ({ ...table, note }));
}

async function besideOne(
  tracer: Tracer | undefined,
  figures: ReadonlyMap<Load, Map<string, LoadFigures[]>>,
): Promise<void> {
  const beside = await tracer?.start();
  try {
    // Past what a tracer does when it starts.
    await sleep(1000);
    for (const [load, of] of figures) {
      const name = tracer?.name ?? NOTHING;
      const figure = await load.run();
      if (!(figure.perSecond > 0 && figure.cpuUs > 0)) {
        throw new Error(`${load.name} gave no figures: ${JSON.stringify(figure)}`);
      }
      of.set(name, [...(of.get(name) ?? []), figure]);
    }
  } finally {
    await beside?.stop();
  }
}

/** Percentage points lost in each round against nothing; more CPU counts as a loss. */
function losses(figures: Figures, name: string): { wall: number[]; cpu: number[] } {
  const base = figures.get(NOTHING) ?? [];
  const each = (loss: (mine: LoadFigures, plain: LoadFigures) => number) =>
    (figures.get(name) ?? []).map((mine, round) => 100 * loss(mine, base[round] as LoadFigures));
  return {
    wall: each((mine, plain) => 1 - mine.perSecond / plain.perSecond),
    cpu: each((mine, plain) => mine.cpuUs / plain.cpuUs - 1),
  };
}

function lossTable(load: Load, figures: Figures, ours: string): BenchTable {
  const rows: (string | number | null)[][] = [...figures.keys()].map((name) => {
    const mine = figures.get(name) ?? [];
    const { wall, cpu } = losses(figures, name);
    const perSecond = Math.round(median(mine.map((one) => one.perSecond)));
    const cpuUs = fixed(median(mine.map((one) => one.cpuUs)), 3);
    if (name === NOTHING) return [name, perSecond, null, cpuUs, null];
    return [name, perSecond, withSpread(wall), cpuUs, withSpread(cpu)];
  });
  const mine = losses(figures, ours);
  const empty = losses(figures, EMPTY);
  const differ = (a: readonly number[], b: readonly number[]) =>
    withSpread(a.map((value, round) => value - (b[round] as number)));
  const above = `${ours} − empty program (goal ≤ ${GOAL_POINTS} point)`;
  rows.push([above, null, differ(mine.wall, empty.wall), null, differ(mine.cpu, empty.cpu)]);
  for (const name of figures.keys()) {
    if ([NOTHING, EMPTY, ours].includes(name)) continue;
    const theirs = losses(figures, name);
    const goal = name.startsWith('bpftrace') ? ` (goal ≤ ${GOAL_SHARE.toFixed(2)})` : '';
    const share = (a: readonly number[], b: readonly number[]) => {
      const [top, bottom] = [median(a), median(b)];
      // A peer that loses nothing measurable gives no ratio.
      return bottom > 0.5 ? (top / bottom).toFixed(2) : `– (${bottom.toFixed(1)} points)`;
    };
    rows.push([
      `${ours} ÷ ${name}${goal}`,
      null,
      share(mine.wall, theirs.wall),
      null,
      share(mine.cpu, theirs.cpu),
    ]);
  }
  return {
    title: `Throughput: ${load.name}`,
    columns: ['beside', 'per second', '% lost', 'CPU µs each', '% more CPU each'],
    rows,
  };
}

function withSpread(values: readonly number[]): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(values, q).toFixed(1));
  return `${middle} [${low} … ${high}]`;
}
