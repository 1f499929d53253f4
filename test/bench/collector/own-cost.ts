import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BenchTable } from '@ethogram/testkit/bench';
import { CALLS_PER_SECOND, PROCESSES, startCallers } from './callers.js';
import { type Running, start } from './child.js';
import { fixed, median, ratio, say } from './figures.js';
import { kernelMapBytes } from './kernel-maps.js';
import { startNetdata, whyNoNetdata } from './netdata.js';
import { cpuBetween, memoryOf, processTree, threadCpuNs } from './process-cost.js';
import { startRecord } from './tracers.js';

/** What {@link ownCost} works with. */
export interface OwnCostSettings {
  readonly built: (name: string) => string;
  readonly folder: string;
  /** Steady seconds that are measured. */
  readonly seconds: number;
  /** Seconds before: code is loaded and, at one tick a second, compiled; every process is named. */
  readonly warmUp: number;
}

/** What a program costs while the host does the same. */
interface Cost {
  /** What the callers made meanwhile. */
  readonly callsPerSecond: number;
  /** Of one processor. */
  readonly cpuShare: number;
  /** Bytes, the median of one look a second. */
  readonly rss: number;
  readonly pss: number;
  readonly mostRss: number;
}

const HELD_NATIVE = fileURLToPath(new URL('hold-native.js', import.meta.url));

/**
 * CPU and memory of each at one tick a second, beside 300 processes under names of their own that
 * make a million calls a second together; one after the other, each with fresh callers.
 */
export async function ownCost(settings: OwnCostSettings): Promise<BenchTable[]> {
  const { folder } = settings;
  const rows: (string | number | null)[][] = [];
  const row = (name: string, cost: Cost) =>
    rows.push([
      name,
      fixed(cost.callsPerSecond / 1e6, 2),
      fixed(cost.cpuShare * 100, 2),
      fixed(cost.rss / 1e6, 1),
      fixed(cost.mostRss / 1e6, 1),
      fixed(cost.pss / 1e6, 1),
    ]);

  say('own cost: node alone');
  const node = await measured(settings, () =>
    start(process.execPath, [HELD_NATIVE, 'nothing'], { ready: 'ready' }),
  );
  row('Node.js that does nothing', node.cost);
  say('own cost: the native part');
  let maps = 0;
  const native = await measured(
    settings,
    () => start(process.execPath, [HELD_NATIVE, 'ebpf'], { ready: 'ready' }),
    (pid) => {
      maps = kernelMapBytes(pid);
    },
  );
  row('Node.js that only reads the native part', native.cost);
  say('own cost: ethogram record');
  const record = await measured(settings, () => startRecord(`${folder}/own`));
  row('ethogram record', record.cost);

  let reason = whyNoNetdata();
  let netdata: Cost | undefined;
  if (reason === undefined) {
    say('own cost: netdata');
    try {
      netdata = (await measured(settings, () => startNetdata(folder))).cost;
      row('netdata with apps.plugin', netdata);
    } catch (failure) {
      reason = (failure as Error).message;
    }
  }
  const note =
    `${settings.seconds} s after ${settings.warmUp} s, of the process and its children. Resident: ` +
    'median and most of one look a second; proportional: shared pages divided among who has them. ' +
    `ethogram record said: ${summary(record.output)}.` +
    (reason === undefined ? '' : ` Not measured: netdata: ${reason}.`);
  const nativeBytes = native.cost.rss - node.cost.rss;
  const against = (value: number | undefined) => (value === undefined ? '–' : ratio(value));
  return [
    {
      title: `Own cost at one tick a second: ${PROCESSES} processes, ${CALLS_PER_SECOND / 1e6} M calls a second`,
      columns: [
        'what',
        'calls made, M/s',
        'CPU, % of a core',
        'resident, MB',
        'most, MB',
        'proportional, MB',
      ],
      rows,
      note,
    },
    {
      title: 'Own cost against the goals',
      columns: ['figure', 'measured', 'goal', '÷ netdata'],
      rows: [
        [
          'CPU, % of a core',
          fixed(record.cost.cpuShare * 100, 2),
          '≤ 2',
          against(netdata && record.cost.cpuShare / netdata.cpuShare),
        ],
        [
          'resident, MB',
          fixed(record.cost.rss / 1e6, 1),
          '≤ 110',
          against(netdata && record.cost.rss / netdata.rss),
        ],
        ['native part, MB', fixed(nativeBytes / 1e6, 1), '≤ 30', ''],
        ['maps in the kernel, MB', fixed(maps / 1e6, 1), '', ''],
      ],
      note:
        'Native part: what Node.js with the native part alone has resident above Node.js that does ' +
        'nothing. Maps: as the kernel accounts for them, without what each thread carries.',
    },
  ];
}

async function measured(
  { built, folder, seconds, warmUp }: OwnCostSettings,
  open: () => Promise<Running>,
  look: (pid: number) => void = () => undefined,
): Promise<{ cost: Cost; output: string }> {
  const longEnough = seconds + warmUp + 60;
  const callers = await startCallers(built('callers'), `${folder}/caller-names`, longEnough);
  let running: Running | undefined;
  try {
    callers.begin();
    running = await open();
    await sleep(warmUp * 1000);
    const rss: number[] = [];
    const pss: number[] = [];
    const startedAt = process.hrtime.bigint();
    const callsBefore = callers.made();
    const before = threadCpuNs(processTree(running.pid));
    for (let second = 0; second < seconds; second++) {
      await sleep(1000);
      const memory = memoryOf(processTree(running.pid));
      rss.push(memory.rss);
      pss.push(memory.pss);
    }
    const used = cpuBetween(before, threadCpuNs(processTree(running.pid)));
    const elapsed = Number(process.hrtime.bigint() - startedAt);
    const calls = callers.made() - callsBefore;
    const alive = callers.alive();
    if (alive !== PROCESSES) throw new Error(`${alive} of ${PROCESSES} callers were running`);
    look(running.pid);
    await running.stop();
    const cost = {
      callsPerSecond: (calls * 1e9) / elapsed,
      cpuShare: used / elapsed,
      rss: median(rss),
      pss: median(pss),
      mostRss: Math.max(...rss),
    };
    return { cost, output: running.output() };
  } finally {
    await running?.stop();
    await callers.stop();
  }
}

/** The last line of `ethogram record` with ticks, sources and losses. */
function summary(output: string): string {
  return output.split('\n').findLast((line) => /^recording .* lost/.test(line)) ?? 'nothing';
}
