import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Clock, systemClock } from '@ethogram/core';
import { z } from 'zod';
import { collectorErrors } from './errors.js';
import { GROUPINGS, type Grouping } from './identity/process-facts.js';
import type { TickReader } from './tick/measure-ticks.js';

/** The backends that measure this host; replay is opened by itself, with what it replays. */
export type MeasuringBackend = 'ebpf' | 'procfs' | 'dtrace';

/** What the caller may ask for; everything has a default. */
export interface CollectorOptions {
  /** `auto` (default): the best that runs here. */
  readonly backend?: 'auto' | MeasuringBackend;
  /** 10 to 3,600,000; default 1,000. */
  readonly intervalMs?: number;
  readonly group?: Grouping;
  /** Process sources at once, 1 to 100,000; default 500. */
  readonly maxSources?: number;
  /** Only process sources whose name it matches. */
  readonly match?: string;
  /** Whether to measure how long each system call takes (eBPF only); default false. */
  readonly latency?: boolean;
  /** Most bytes of all maps of the eBPF backend together, 1 MiB to 1 GiB; default 32 MiB. */
  readonly kernelMemory?: number;
  /** Default: the host's name. */
  readonly host?: string;
  /** Default: the kernel's boot id. */
  readonly boot?: string;
  readonly procRoot?: string;
  readonly sysRoot?: string;
  /** Where the files of the host begin: user names, the metadata of container runtimes. */
  readonly fsRoot?: string;
  readonly clock?: Clock;
  /** Our own process, marked `self` on its source. */
  readonly ownPid?: number;
  /** Files of bpftrace programs, whose maps become custom sources. */
  readonly recipes?: readonly string[];
  /** Told when privileges are not needed any more; without it all are kept. */
  readonly privileges?: PrivilegeSteps;
}

/** When this process may do with less: programs are attached to the kernel between the two. */
export interface PrivilegeSteps {
  /** Recipes run in processes of their own: from now on CAP_BPF and CAP_PERFMON do. */
  beforeLoading(): void;
  /** What is in the kernel is there; procfs is read from now on, by whom we are now. */
  afterLoading(): void;
}

/** The options with every default filled in: what backends are opened with. */
export interface OpenOptions {
  readonly backend: 'auto' | MeasuringBackend;
  readonly intervalMs: number;
  readonly group: Grouping;
  readonly maxSources: number;
  readonly match?: string;
  readonly latency: boolean;
  readonly kernelMemory: number;
  readonly host: string;
  readonly boot: string;
  readonly procRoot: string;
  readonly sysRoot: string;
  readonly fsRoot: string;
  readonly clock: Clock;
  readonly ownPid: number;
  readonly recipes: readonly string[];
  readonly privileges: PrivilegeSteps;
  /** What is read beside the backend's own, and closed with it: the recipes. */
  readonly readers: readonly TickReader[];
}

const plain = z.object({
  backend: z.enum(['auto', 'ebpf', 'procfs', 'dtrace']).default('auto'),
  // Below 10 ms a scan of the process table takes longer than the interval.
  intervalMs: z.int().min(10).max(3_600_000).default(1000),
  group: z.enum(GROUPINGS).default('unit'),
  maxSources: z.int().min(1).max(100_000).default(500),
  match: z.string().min(1).optional(),
  // Doubles what a system call costs us.
  latency: z.boolean().default(false),
  // Room for as much as the largest host uses.
  kernelMemory: z
    .int()
    .min(1 << 20)
    .max(1 << 30)
    .default(32 << 20),
  host: z.string().min(1).optional(),
  boot: z.string().min(1).optional(),
  procRoot: z.string().min(1).default('/proc'),
  sysRoot: z.string().min(1).default('/sys'),
  fsRoot: z.string().min(1).default(''),
  ownPid: z.int().min(1).optional(),
  recipes: z.array(z.string().min(1)).max(32).default([]),
});

const KEEP_ALL: PrivilegeSteps = Object.freeze({
  beforeLoading: () => undefined,
  afterLoading: () => undefined,
});

/**
 * Checks what the caller asked for and fills in the defaults.
 * @throws COLLECT-1001 naming every option that is wrong.
 */
export function parseCollectorOptions(options: CollectorOptions): OpenOptions {
  const { clock, privileges, ...rest } = options;
  const parsed = plain.safeParse(rest);
  if (!parsed.success) {
    throw collectorErrors.make('COLLECT-1001', z.prettifyError(parsed.error));
  }
  const { match, ...known } = parsed.data;
  return {
    ...known,
    ...(match === undefined ? {} : { match }),
    host: known.host ?? hostname(),
    boot: known.boot ?? bootId(known.procRoot),
    clock: clock ?? systemClock,
    privileges: privileges ?? KEEP_ALL,
    ownPid: known.ownPid ?? process.pid,
    readers: [],
  };
}

/** The id the kernel gave itself at boot; `unknown` where the tree of procfs has none. */
function bootId(procRoot: string): string {
  try {
    return readFileSync(`${procRoot}/sys/kernel/random/boot_id`, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
