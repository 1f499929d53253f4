/** What this process has used, from the kernel's accounts. */
export interface ProcessCost {
  /** User and system time, milliseconds. */
  readonly cpuMs: number;
  /** Resident memory now, bytes. */
  readonly residentBytes: number;
  /** Most resident memory so far, bytes. */
  readonly peakBytes: number;
}

/** The cost of this process so far (getrusage(2), and its own statm). */
export function processCost(): ProcessCost {
  const usage = process.resourceUsage();
  return {
    cpuMs: (usage.userCPUTime + usage.systemCPUTime) / 1_000,
    residentBytes: process.memoryUsage.rss(),
    // `maxRSS` is in KiB.
    peakBytes: usage.maxRSS * 1_024,
  };
}

/** The CPU time that counts against a limit. */
export interface CostAccount {
  /** CPU time so far, without what was left out, milliseconds. */
  cpuMs(): number;
  /** Leaves out what was used for something that is done once, and that no longer interval would spare. */
  leaveOut(cpuMs: number): void;
}

/** An account of the CPU time of this process. */
export function costAccount(usedMs: () => number = () => processCost().cpuMs): CostAccount {
  let leftOutMs = 0;
  return {
    cpuMs: () => usedMs() - leftOutMs,
    leaveOut: (cpuMs) => {
      leftOutMs += cpuMs;
    },
  };
}

/** Watches over the CPU of this process, in windows. */
export interface CostLimit {
  /** Most that may be used, as a share of one processor. */
  readonly maxShare: number;
  /**
   * Looks at the clock and the accounts.
   * @returns the share of one processor used in the window that just ended; `undefined` within one.
   */
  check(): number | undefined;
}

/** Over less than this a share says more about start-up and garbage collection than about us. */
const WINDOW_MS = 30_000;

/**
 * @param maxShare of one processor.
 * @param monotonicNs a clock that never steps.
 * @param cpuMs CPU time used so far, milliseconds.
 */
export function costLimit(
  maxShare: number,
  monotonicNs: () => bigint,
  cpuMs: () => number,
): CostLimit {
  let startNs = monotonicNs();
  let startCpuMs = cpuMs();
  return {
    maxShare,
    check: () => {
      const nowNs = monotonicNs();
      const elapsedMs = Number(nowNs - startNs) / 1e6;
      if (elapsedMs < WINDOW_MS) return undefined;
      const nowCpuMs = cpuMs();
      const share = (nowCpuMs - startCpuMs) / elapsedMs;
      startNs = nowNs;
      startCpuMs = nowCpuMs;
      return share;
    },
  };
}
