import { type CollectorOptions, type DiskReconciliation, openCollector } from '@ethogram/collector';
import type { Link, SourceSample, Tick } from '@ethogram/core';

/** What was recorded, added up over the ticks. */
export interface Recorded {
  readonly ticks: readonly Tick[];
  /** The sum of a metric of a process source over all ticks; 0 where there was none. */
  sum(name: string, metric: string): number;
  /** How many values of a histogram of a process source fell into a bucket, over all ticks. */
  bucket(name: string, metric: string, bucket: number): number;
  /** The sum of the metrics of a process source that match. */
  sumOf(name: string, metric: RegExp): number;
  /**
   * What was lost, by cause. Left out is what other processes of the host cause: late ticks, which
   * say how busy it is, and links of theirs whose other end had gone before it could be named.
   */
  readonly lost: Readonly<Record<string, number>>;
  readonly links: readonly Link[];
  /** What was charged beside what the kernel says of its devices. */
  readonly disks: readonly DiskReconciliation[];
}

/** Causes of loss that say something of the rest of the host only. */
const ELSEWHERE = ['tick.late', 'links.unowned'];

/**
 * Records by eBPF while something runs: from before it starts until two intervals after its end.
 */
export async function recordWhile(
  run: () => Promise<void> | void,
  options: CollectorOptions = {},
): Promise<Recorded> {
  const source = await openCollector({ backend: 'ebpf', intervalMs: 200, ...options });
  const stop = new AbortController();
  const ticks: Tick[] = [];
  let disks: readonly DiskReconciliation[] = [];
  let started: (() => void) | undefined;
  const first = new Promise<void>((resolve) => {
    started = resolve;
  });
  const reading = (async () => {
    for await (const tick of source.ticks(stop.signal)) {
      ticks.push(tick);
      started?.();
    }
  })();
  try {
    await first;
    await run();
  } finally {
    stop.abort();
    await reading;
    disks = source.reconcile?.() ?? [];
    await source.close();
  }
  return addUp(ticks, disks);
}

function addUp(ticks: readonly Tick[], disks: readonly DiskReconciliation[]): Recorded {
  const processes = (): SourceSample[] =>
    ticks.flatMap((tick) => tick.samples.filter((sample) => sample.kind === 'process'));
  const lost: Record<string, number> = {};
  for (const tick of ticks) {
    for (const [cause, count] of Object.entries(tick.lost)) {
      if (ELSEWHERE.includes(cause)) continue;
      lost[cause] = (lost[cause] ?? 0) + count;
    }
  }
  return {
    ticks,
    lost,
    disks,
    links: ticks.flatMap((tick) => tick.links),
    sum: (name, metric) =>
      processes()
        .filter((sample) => sample.name === name)
        .reduce((sum, sample) => sum + (sample.values.get(metric) ?? 0), 0),
    bucket: (name, metric, bucket) =>
      processes()
        .filter((sample) => sample.name === name)
        .reduce((sum, s) => sum + (s.histograms?.get(metric)?.counts.get(bucket) ?? 0), 0),
    sumOf: (name, metric) =>
      sumMatching(
        processes().filter((sample) => sample.name === name),
        metric,
      ),
  };
}

function sumMatching(samples: readonly SourceSample[], metric: RegExp): number {
  let sum = 0;
  for (const sample of samples) {
    for (const [name, value] of sample.values) if (metric.test(name)) sum += value;
  }
  return sum;
}
