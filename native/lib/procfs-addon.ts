/** What a process is named by, as the scanner hands it out. */
export interface ScannedFacts {
  /** The scanner's own number of the process; it replaces what was handed out for it before. */
  readonly process: number;
  readonly pid: number;
  readonly uid: number;
  readonly kernelThread: boolean;
  /** The scanner's number of its parent, where that was met before it. */
  readonly parent?: number;
  readonly comm: string;
  /** Missing for kernel threads, zombies, and where it may not be read. */
  readonly exe?: string;
  /** The text of `/proc/PID/cgroup`. */
  readonly cgroup?: string;
  /** `device:inode:mtime` of the executable: another one is another version of it. */
  readonly version?: string;
  /** The GNU build id of the executable, hexadecimal. */
  readonly buildId?: string;
}

/** What one scan found; rows are processes, in no particular order. */
export interface ProcessScan {
  /** Per row: the scanner's number of the process, its PID, and {@link SCAN_FLAGS}. */
  readonly process: Uint32Array;
  readonly pid: Int32Array;
  readonly flags: Uint8Array;
  /** rows × {@link SCAN_COLUMNS}, row after row; non-negative integers. */
  readonly values: Float64Array;
  /** Processes gone since the scan before, but for those that had a row flagged `ended`. */
  readonly vanished: Uint32Array;
  /** Of processes that are new, run another program, or moved to another control group. */
  readonly facts: readonly ScannedFacts[];
  /** Processes left out for want of descriptors or memory. */
  readonly unreadable: number;
}

/** The columns of a scan; up to `fault.major` … `disk.write.bytes` deltas, then gauges. */
export const SCAN_COLUMNS = [
  'cpu.ns',
  'sched.switches',
  'fault.minor',
  'fault.major',
  'io.read.ops',
  'io.read.bytes',
  'io.write.ops',
  'io.write.bytes',
  'disk.read.bytes',
  'disk.write.bytes',
  'thread.count',
  'memory.rss',
  'fd.count',
] as const;

/** The bits of a row's flags. */
export const SCAN_FLAGS = Object.freeze({
  /** Started since the scan before. */
  started: 1,
  /** Its I/O may not be read: those columns mean nothing. */
  ioDenied: 2,
  /** Neither may its descriptors. */
  fdDenied: 4,
  /** The kernel counts no switches per process. */
  noSwitches: 8,
  /** A zombie: these are its last numbers. */
  ended: 16,
});

/** Sockets and pipes that processes hold, one row each. */
export interface ScannedDescriptors {
  /** Per row: the scanner's number of the process. */
  readonly process: Uint32Array;
  /** {@link DESCRIPTOR_KINDS}. */
  readonly kind: Uint8Array;
  /** Inode of the socket or pipe. */
  readonly inode: Float64Array;
  /** Inode of the process's network namespace; 0 where it may not be known. */
  readonly net: Float64Array;
}

/** What a descriptor of {@link ScannedDescriptors} is. */
export const DESCRIPTOR_KINDS = Object.freeze({
  socket: 0,
  pipeReader: 1,
  pipeWriter: 2,
  pipeBoth: 3,
});

/** Reads the process table; the first scan is the baseline, whose deltas are all 0. */
export interface ProcessScanner {
  next(): ProcessScan;
  /** Of the processes of the last scan; a system call for each descriptor of the host. */
  descriptors(): ScannedDescriptors;
  /** May be called again. */
  close(): void;
}

/** The addon that reads procfs; it works without any privilege. */
export interface ProcfsAddon {
  /** Nanoseconds since boot, suspend included (CLOCK_BOOTTIME). */
  bootTimeNs(): bigint;
  /**
   * Inodes of connected unix sockets of our own network namespace, each followed by its peer's.
   * Empty where the kernel does not tell.
   */
  unixPeers(): Float64Array;
  /**
   * Leaves every thread of this process without capabilities but those of a mask, for good.
   * @returns the reason where a thread has others still.
   */
  keepCapabilities(mask: bigint): string | undefined;
  /**
   * Gives back the memory that is free, and makes the C library give it back to the system as soon as it
   * is freed, in all threads and for good; what is allocated in large pieces takes a system call each.
   * May be called again.
   * @returns false where the C library has no such setting (musl keeps little anyway).
   */
  keepMemorySmall(): boolean;
  /** @throws Error where the root cannot be opened. */
  readonly ProcessScanner: new (
    procRoot: string,
  ) => ProcessScanner;
}
