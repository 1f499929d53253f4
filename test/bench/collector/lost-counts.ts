import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchTable } from '@ethogram/testkit/bench';
import { CALLER, PROCESSES, startCallers } from './callers.js';
import { lastLine, start } from './child.js';
import { say } from './figures.js';

const run = promisify(execFile);

/** What {@link lostCounts} works with. */
export interface LostSettings {
  readonly built: (name: string) => string;
  readonly folder: string;
  /** How long each workload runs. */
  readonly seconds: number;
}

/** The last line of hold-collector. */
interface Counted {
  readonly calls: number;
  readonly countedCalls: number;
  readonly lost: Readonly<Record<string, number>>;
}

const HELD = fileURLToPath(new URL('hold-collector.js', import.meta.url));
const STORM_RATE = 5_000;
/** Each process of the storm makes this many getppid. */
const STORM_CALLS = 10;

/** What is lost, and that every call made by a known number of programs was counted. */
export async function lostCounts({ built, folder, seconds }: LostSettings): Promise<BenchTable> {
  const rows: (string | number)[][] = [];

  say('lost counts: a million calls a second');
  // They are there before the collector: of new names it takes in so many a tick only.
  const callers = await startCallers(built('callers'), `${folder}/lost-names`, seconds);
  try {
    let took = 0;
    const calls = await counted(CALLER, async () => {
      const startedAt = Date.now();
      callers.begin();
      const made = await callers.ended();
      took = (Date.now() - startedAt) / 1000;
      return made;
    });
    const perSecond = (2 * calls.made) / took / 1e6;
    rows.push([
      `${PROCESSES} processes, ${perSecond.toFixed(2)} M calls a second for ${took.toFixed(1)} s`,
      ...calls.cells,
    ]);
  } finally {
    await callers.stop();
  }

  say('lost counts: a storm of short processes');
  let storm = { processes: 0, seconds: 0 };
  const short = await counted('storm', async () => {
    const { stdout } = await run(built('storm'), [String(seconds), String(STORM_RATE)]);
    const [processes = 0, elapsed = 0] = stdout.split(' ').map(Number);
    storm = { processes, seconds: elapsed };
    return processes * STORM_CALLS;
  });
  const rate = Math.round(storm.processes / storm.seconds);
  rows.push([`${storm.processes} short processes, ${rate} a second`, ...short.cells]);
  return {
    title: 'Counts lost',
    columns: ['workload', 'getppid made', 'not counted', 'goal', 'said to be lost'],
    rows,
    note:
      `The storm starts processes as fast as this machine can, at most ${STORM_RATE} a second; each ` +
      'is exec’d and ends. Said to be lost: by the collector, on the whole host and for any cause, a ' +
      'tick that came late or a link without an owner included.',
  };
}

async function counted(
  name: string,
  work: () => Promise<number>,
): Promise<{ made: number; cells: (string | number)[] }> {
  const collector = await start(process.execPath, [HELD, name], { ready: 'attached' });
  let made: number;
  try {
    await sleep(1500);
    made = await work();
    await sleep(1500);
  } finally {
    await collector.stop();
  }
  const result = JSON.parse(lastLine(collector.output())) as Counted;
  const causes = Object.entries(result.lost);
  const lost = causes.reduce((sum, [, count]) => sum + count, 0);
  const why = causes.map(([cause, count]) => `${cause} ${count}`).join(', ');
  const said = lost === 0 ? 0 : `${lost} (${why})`;
  return { made, cells: [made, made - result.countedCalls, 0, said] };
}
