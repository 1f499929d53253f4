/** What an identity of the eBPF backend is named by: processes with equal facts share one. */
export interface EbpfFacts {
  /** Counts up within a session. */
  readonly identity: number;
  /** Of the thread group's leader. */
  readonly comm: string;
  readonly uid: number;
  readonly kernelThread: boolean;
  /** This very process, or a program that it started of its own executable. */
  readonly own?: true;
  /** Absolute path; missing for kernel threads and where it is not known. */
  readonly exe?: string;
  /** Path within its hierarchy. */
  readonly cgroup?: string;
  /** `device:inode:mtime` of the executable: another one is another version of it. */
  readonly version?: string;
}

/** Who talked to whom since the reading before. */
export interface EbpfLink {
  /** Initiator, writer or parent: an identity, or the name of an endpoint. */
  readonly from: number | string;
  /** Acceptor, reader or child. */
  readonly to: number | string;
  readonly kind: 'tcp' | 'udp' | 'unix' | 'pipe' | 'fork';
  readonly opened: number;
  readonly closed: number;
  /** Sends and receipts; for pipes the buffers filled. */
  readonly events: number;
  /** Always 0 for pipes. */
  readonly bytes: number;
}

/** Requests that a whole device completed since the reading before. */
export interface EbpfDevice {
  /** As `/proc/diskstats` calls it. */
  readonly name: string;
  /** Reads and writes. */
  readonly requests: number;
  readonly bytes: number;
  /** By the time they took: index k counts 2^k … 2^(k+1) − 1 ns. Length: 64. */
  readonly latencies: Float64Array;
}

/** What happened since the reading before; rows are identities, in no particular order. */
export interface EbpfReading {
  /** Length: rows. */
  readonly identity: Uint32Array;
  /** rows × {@link EBPF_COLUMNS}, row after row; non-negative integers. */
  readonly values: Float64Array;
  /** The cells of row `r` stand at `cellStart[r] … cellStart[r + 1] - 1`. Length: rows + 1. */
  readonly cellStart: Uint32Array;
  /** Which table a cell is from: {@link EBPF_TABLES}. */
  readonly cellTable: Uint8Array;
  /** Numbers below 335 as they are; 424 and up from slot 335 on; 439 for all others. */
  readonly cellSlot: Uint16Array;
  /** Calls, returns with EAGAIN, or successful calls of a size; by the table. */
  readonly cellFirst: Float64Array;
  /** Errors, or restarts; by the table. */
  readonly cellSecond: Float64Array;
  /** Of identities first met in this reading. */
  readonly facts: readonly EbpfFacts[];
  readonly links: readonly EbpfLink[];
  /** Devices that completed a request. */
  readonly devices: readonly EbpfDevice[];
  /** Identities of which a process was chosen to die for want of memory; each kill once. */
  readonly outOfMemory: Uint32Array;
  /** Identities that will not come again under their number. */
  readonly retired: Uint32Array;
  /** What was lost, by cause; without zeros. */
  readonly lost: Readonly<Record<string, number>>;
  /** Calls known to be lost, of nobody knows which kind. */
  readonly lostCalls: number;
  /** Threads whose counters could be made at a later call than their first only; nothing is lost. */
  readonly lateStorage: number;
  /** Returns of clone and fork in the child, which are no calls. */
  readonly childReturns: number;
}

/** The columns of a reading; the last four are gauges, the others deltas. */
export const EBPF_COLUMNS = [
  'cpu.ns',
  'sched.switches',
  'fault.minor',
  'fault.major',
  'io.read.ops',
  'io.read.bytes',
  'io.write.ops',
  'io.write.bytes',
  'disk.read.ops',
  'disk.read.bytes',
  'disk.write.ops',
  'disk.write.bytes',
  'process.starts',
  'process.exits',
  'uring.submits',
  'uring.completions',
  'net.connects',
  'net.accepts',
  'process.instances',
  'thread.count',
  'memory.rss',
  'fd.count',
] as const;

/**
 * The tables of cells: by the CPU's own numbering of calls or the 32-bit one; for sizes the slot
 * is 0 for 0 bytes and 1 + k for 2^k … 2^(k+1) − 1.
 */
export const EBPF_TABLES = Object.freeze({
  native: 0,
  compat: 1,
  nativeRetries: 2,
  compatRetries: 3,
  readSizes: 4,
  writeSizes: 5,
  /** Slot + 512 × k for native calls that took 2^k … 2^(k+1) − 1 ns. */
  latencies: 6,
});

/** What the maps in the kernel may hold, and at most use. */
export interface EbpfMemory {
  /** Of all maps when they are full, without what each thread takes. */
  readonly bytes: number;
  readonly ringBytes: number;
  /**
   * Connections, addresses that datagrams go to, requests under way, dirtied files, who is charged,
   * latencies of calls.
   */
  readonly flows: number;
  readonly datagrams: number;
  readonly requests: number;
  readonly dirtiers: number;
  readonly charges: number;
  readonly latencies: number;
  /** Of the counters of one thread. */
  readonly bytesPerThread: number;
}

/** Programs attached to the kernel. */
export interface EbpfSession {
  /** Names of the programs that this kernel has no place for, or refused, and of those without use then. */
  readonly missing: readonly string[];
  /** What the kernel said of those that it refused though it has a place for them, by their name. */
  readonly refused: Readonly<Record<string, string>>;
  /** By the name of the program; 0 before Linux 5.16. */
  readonly verifiedInstructions: Readonly<Record<string, number>>;
  /** How large the maps are, as far as it depends on the host and the budget. */
  readonly memory: EbpfMemory;
  /**
   * One at a time. Rejects where the kernel refuses to be read.
   * @param snapshot whether links that did nothing are wanted too.
   */
  read(snapshot?: boolean): Promise<EbpfReading>;
  /** Detaches; may be called again. */
  close(): void;
}

/** The addon that counts by eBPF. */
export interface EbpfAddon {
  /** Nanoseconds since boot, suspend included (CLOCK_BOOTTIME). */
  bootTimeNs(): bigint;
  /**
   * Loads and attaches the programs.
   * @param options.budgetBytes most memory of all maps together; the smallest that works is used
   * where it is less.
   * @param options.pidMax most processes and threads at once: maps are no larger than these need.
   * @param options.ringBytes size of the ring buffer, a power of two; default what the budget allows.
   * @param options.failStorage for tests: every so many attempts to make a thread's counters fail.
   * @param options.refuse for tests: the name of a program that no kernel takes.
   * @param options.latency whether to measure how long calls take, at the cost of a second program
   * and a clock at every call.
   * @param options.drain false: the ring is emptied by `read` alone, so that tests can fill it.
   * @returns a session, or the reason why the kernel or our rights do not allow one.
   */
  open(options: {
    readonly budgetBytes?: number;
    readonly pidMax?: number;
    readonly ringBytes?: number;
    readonly failStorage?: number;
    readonly refuse?: string;
    readonly latency?: boolean;
    readonly drain?: boolean;
  }): EbpfSession | string;
}
