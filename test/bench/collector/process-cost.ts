import { readdirSync, readFileSync } from 'node:fs';

/** Memory of processes, bytes. */
export interface Memory {
  /** What is resident, shared pages counted in each process that has them. */
  readonly rss: number;
  /** The same with shared pages divided among those that have them. */
  readonly pss: number;
}

/**
 * A process and all its descendants.
 * @returns process ids, the given one first.
 */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readOrNothing(`/proc/${entry}/stat`);
    // The name in parentheses may itself hold anything.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/**
 * Nanoseconds on a processor of every thread that lives, by `process/thread` (the first field of
 * schedstat; the ticks of /proc/PID/stat are too coarse for a second).
 */
export function threadCpuNs(pids: readonly number[]): Map<string, number> {
  const cpu = new Map<string, number>();
  for (const pid of pids) {
    for (const thread of threadsOf(pid)) {
      const [ns] = readOrNothing(`/proc/${pid}/task/${thread}/schedstat`).split(' ');
      if (ns) cpu.set(`${pid}/${thread}`, Number(ns));
    }
  }
  return cpu;
}

/** Nanoseconds used between two readings; what a thread used that ended in between is not in it. */
export function cpuBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): number {
  let used = 0;
  for (const [thread, ns] of after) used += ns - (before.get(thread) ?? 0);
  return used;
}

/** The memory of processes together, from `smaps_rollup`. */
export function memoryOf(pids: readonly number[]): Memory {
  let rss = 0;
  let pss = 0;
  for (const pid of pids) {
    const rollup = readOrNothing(`/proc/${pid}/smaps_rollup`);
    rss += kilobytes(rollup, 'Rss');
    pss += kilobytes(rollup, 'Pss');
  }
  return { rss: rss * 1024, pss: pss * 1024 };
}

function kilobytes(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Processes come and go while they are read. */
function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
