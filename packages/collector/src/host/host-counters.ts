import { readFileSync } from 'node:fs';

/** What the host counted since boot, and what it is at; what is missing is not there here. */
export interface HostCounters {
  /** Clock ticks of all CPUs: not idle, and in all. */
  readonly cpuBusy?: number;
  readonly cpuTotal?: number;
  readonly runnable?: number;
  readonly forks?: number;
  readonly tasks?: number;
  readonly memoryTotal?: number;
  readonly memoryAvailable?: number;
  /** Pages scanned by reclaim and swapped in or out. */
  readonly reclaimed?: number;
  readonly oomKills?: number;
  /** Microseconds during which some task waited (kernel: accounting/psi.rst). */
  readonly cpuPressureUs?: number;
  readonly memoryPressureUs?: number;
  readonly ioPressureUs?: number;
  /** Over all interfaces but loopback. */
  readonly receivedBytes?: number;
  readonly transmittedBytes?: number;
  readonly netErrors?: number;
  readonly netDrops?: number;
}

/** Reads every counter of the host that this kernel has. */
export function readHostCounters(procRoot: string): HostCounters {
  const read = (file: string): string | undefined => {
    try {
      return readFileSync(`${procRoot}/${file}`, 'utf8');
    } catch {
      return undefined;
    }
  };
  const pressure = (file: string) => psiTotal(read(`pressure/${file}`));
  const found = {
    ...cpuCounters(read('stat')),
    tasks: number(/\/(\d+)/, read('loadavg')),
    memoryTotal: number(/^MemTotal:\s+(\d+)/m, read('meminfo')),
    memoryAvailable: number(/^MemAvailable:\s+(\d+)/m, read('meminfo')),
    ...vmCounters(read('vmstat')),
    cpuPressureUs: pressure('cpu'),
    memoryPressureUs: pressure('memory'),
    ioPressureUs: pressure('io'),
    ...netCounters(read('net/dev')),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function number(pattern: RegExp, text: string | undefined): number | undefined {
  const match = text === undefined ? null : pattern.exec(text);
  return match ? Number(match[1]) : undefined;
}

function psiTotal(text: string | undefined): number | undefined {
  return number(/^some .*\btotal=(\d+)/m, text);
}

function cpuCounters(text: string | undefined) {
  const fields = text === undefined ? null : /^cpu\s+([\d ]+)$/m.exec(text);
  if (!fields) return {};
  // user nice system idle iowait irq softirq steal; guest time is part of user time already.
  const times = (fields[1] as string).trim().split(' ').slice(0, 8).map(Number);
  const total = times.reduce((sum, time) => sum + time, 0);
  return {
    cpuBusy: total - (times[3] ?? 0) - (times[4] ?? 0),
    cpuTotal: total,
    runnable: number(/^procs_running (\d+)$/m, text),
    forks: number(/^processes (\d+)$/m, text),
  };
}

function vmCounters(text: string | undefined) {
  if (text === undefined) return {};
  const counter = (name: string) => number(new RegExp(`^${name} (\\d+)$`, 'm'), text);
  const reclaim = ['pgscan_direct', 'pgscan_kswapd', 'pswpin', 'pswpout'].map(counter);
  return {
    reclaimed: reclaim.reduce((sum: number, pages) => sum + (pages ?? 0), 0),
    oomKills: counter('oom_kill'),
  };
}

function netCounters(text: string | undefined) {
  if (text === undefined) return {};
  const sums = { receivedBytes: 0, transmittedBytes: 0, netErrors: 0, netDrops: 0 };
  for (const line of text.split('\n')) {
    const match = /^\s*([^:]+):\s*(\d[\d ]*)$/.exec(line);
    if (!match || match[1] === 'lo') continue;
    // receive: bytes packets errs drop …(8); transmit: the same
    const fields = (match[2] as string).trim().split(/ +/).map(Number);
    sums.receivedBytes += fields[0] ?? 0;
    sums.transmittedBytes += fields[8] ?? 0;
    sums.netErrors += (fields[2] ?? 0) + (fields[10] ?? 0);
    sums.netDrops += (fields[3] ?? 0) + (fields[11] ?? 0);
  }
  return sums;
}
