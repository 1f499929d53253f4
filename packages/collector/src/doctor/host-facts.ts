import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseHidepid } from '../procfs/hidden-processes.js';

/** What the checks of `doctor` go by; a fact that cannot be had is left out. */
export interface HostFacts {
  /** `uname -r`, such as `6.1.0-13-amd64`. */
  readonly kernelRelease?: string;
  /** Whether the kernel describes its own types (`/sys/kernel/btf/vmlinux`). */
  readonly btf: boolean;
  /** The effective capabilities of this process, as `CapEff` has them. */
  readonly capabilities?: bigint;
  /** How control groups are mounted. */
  readonly cgroups: 'v2' | 'hybrid' | 'v1' | 'none';
  readonly clockSource?: string;
  readonly perfEventParanoid?: number;
  readonly unprivilegedBpfDisabled?: number;
  /** The kernel's lockdown: `none`, `integrity` or `confidentiality`. */
  readonly lockdown?: string;
  /** Whether `/proc/pressure` is there. */
  readonly pressure: boolean;
  /** Whether I/O is accounted per process (`/proc/PID/io`). */
  readonly ioAccounting: boolean;
  /** `hidepid` of the mount of procfs; left out where it hides nobody. */
  readonly hidepid?: string;
  readonly tracefs: boolean;
  /** Programs on the path, of those that we may run. */
  readonly programs: ReadonlySet<string>;
  readonly machineId?: string;
  /** Why an addon does not load; an addon that loads is not here. */
  readonly addons: Readonly<Record<string, string>>;
}

/** Where facts are read from. */
export interface HostFactsOptions {
  readonly procRoot: string;
  readonly sysRoot: string;
  readonly fsRoot: string;
  /** As the environment variable `PATH`. */
  readonly path: string;
  readonly addons: HostFacts['addons'];
}

/** Programs that recipes and the dtrace backend run. */
const PROGRAMS: readonly string[] = ['bpftrace', 'dtrace', 'unshare'];

/** Reads what the checks go by; never throws. */
export function readHostFacts(options: HostFactsOptions): HostFacts {
  const { procRoot, sysRoot, fsRoot } = options;
  const text = (path: string): string | undefined => {
    try {
      return readFileSync(path, 'utf8').trim();
    } catch {
      return undefined;
    }
  };
  const kernel = (name: string) => text(`${procRoot}/sys/kernel/${name}`);
  const clocks = `${sysRoot}/devices/system/clocksource/clocksource0`;
  const mounts = text(`${procRoot}/self/mounts`) ?? '';
  return withoutUndefined({
    kernelRelease: kernel('osrelease'),
    btf: existsSync(`${sysRoot}/kernel/btf/vmlinux`),
    capabilities: capabilities(text(`${procRoot}/self/status`)),
    cgroups: cgroups(mounts),
    clockSource: text(`${clocks}/current_clocksource`),
    perfEventParanoid: integer(kernel('perf_event_paranoid')),
    unprivilegedBpfDisabled: integer(kernel('unprivileged_bpf_disabled')),
    lockdown: /\[(\w+)\]/.exec(text(`${sysRoot}/kernel/security/lockdown`) ?? '')?.[1],
    pressure: existsSync(`${procRoot}/pressure/cpu`),
    ioAccounting: existsSync(`${procRoot}/self/io`),
    hidepid: parseHidepid(mounts, procRoot)?.level,
    tracefs: ['tracing', 'debug/tracing'].some((at) =>
      existsSync(`${sysRoot}/kernel/${at}/events`),
    ),
    programs: new Set(PROGRAMS.filter((program) => isOnPath(program, options.path))),
    machineId: text(`${fsRoot}/etc/machine-id`) || undefined,
    addons: options.addons,
  });
}

function capabilities(status: string | undefined): bigint | undefined {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(status ?? '')?.[1];
  return mask === undefined ? undefined : BigInt(`0x${mask}`);
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

/** Hybrid: version 2 is mounted beside version 1, without controllers of its own. */
function cgroups(mounts: string): HostFacts['cgroups'] {
  const v2 = /^\S+ \S+ cgroup2 /m.test(mounts);
  const v1 = /^\S+ \S+ cgroup /m.test(mounts);
  if (v2) return v1 ? 'hybrid' : 'v2';
  return v1 ? 'v1' : 'none';
}

function isOnPath(program: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(facts: T): Defined<T> & HostFacts {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T> & HostFacts;
}
