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

/** Watches over the CPU of this process, in windows. */
export interface CostLimit {
  /**
   * Looks at the clock and the accounts.
   * @returns the share of one processor used in the window that just ended, where it was over the
   * limit; else `undefined`.
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
    check: () => {
      const nowNs = monotonicNs();
      const elapsedMs = Number(nowNs - startNs) / 1e6;
      if (elapsedMs < WINDOW_MS) return undefined;
      const nowCpuMs = cpuMs();
      const share = (nowCpuMs - startCpuMs) / elapsedMs;
      startNs = nowNs;
      startCpuMs = nowCpuMs;
      return share > maxShare ? share : undefined;
    },
  };
}
