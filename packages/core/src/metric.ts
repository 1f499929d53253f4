import type { SourceKind } from './source.js';

/** The unit in which a metric's values are stored. */
export type Unit = 'count' | 'ns' | 'bytes' | 'ppm' | 'none';

/** How values of a metric add up over time. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

/** What is known of a metric by its name. */
export interface MetricInfo {
  readonly unit: Unit;
  readonly type: MetricType;
  /** The kind of source that carries it. */
  readonly kind: SourceKind;
  readonly description: string;
}

const PROCESS: Readonly<Record<string, Omit<MetricInfo, 'kind'>>> = {
  'syscall.calls': { unit: 'count', type: 'counter', description: 'system calls that returned' },
  'syscall.errors': { unit: 'count', type: 'counter', description: 'system calls that failed' },
  'io.read.ops': { unit: 'count', type: 'counter', description: 'calls of the read family' },
  'io.read.bytes': { unit: 'bytes', type: 'counter', description: 'bytes read by calls' },
  'io.read.size': { unit: 'bytes', type: 'histogram', description: 'bytes per read call' },
  'io.write.ops': { unit: 'count', type: 'counter', description: 'calls of the write family' },
  'io.write.bytes': { unit: 'bytes', type: 'counter', description: 'bytes written by calls' },
  'io.write.size': { unit: 'bytes', type: 'histogram', description: 'bytes per write call' },
  'disk.read.ops': { unit: 'count', type: 'counter', description: 'block requests read' },
  'disk.read.bytes': { unit: 'bytes', type: 'counter', description: 'bytes read from a device' },
  'disk.write.ops': { unit: 'count', type: 'counter', description: 'block requests written' },
  'disk.write.bytes': { unit: 'bytes', type: 'counter', description: 'bytes written to a device' },
  'cpu.ns': { unit: 'ns', type: 'counter', description: 'CPU time, user and system' },
  'sched.switches': { unit: 'count', type: 'counter', description: 'context switches' },
  'fault.major': { unit: 'count', type: 'counter', description: 'page faults that needed I/O' },
  'fault.minor': { unit: 'count', type: 'counter', description: 'page faults without I/O' },
  'net.connects': { unit: 'count', type: 'counter', description: 'connections opened' },
  'net.accepts': { unit: 'count', type: 'counter', description: 'connections accepted' },
  'process.instances': { unit: 'count', type: 'gauge', description: 'processes of this source' },
  'process.starts': { unit: 'count', type: 'counter', description: 'processes started' },
  'process.exits': { unit: 'count', type: 'counter', description: 'processes ended' },
  'thread.count': { unit: 'count', type: 'gauge', description: 'threads' },
  'memory.rss': { unit: 'bytes', type: 'gauge', description: 'resident memory' },
  'fd.count': { unit: 'count', type: 'gauge', description: 'open descriptors' },
  'uring.submits': {
    unit: 'count',
    type: 'counter',
    description: 'operations handed to io_uring, which makes no call for each',
  },
  'uring.completions': {
    unit: 'count',
    type: 'counter',
    description: 'operations that io_uring completed',
  },
};

const DEVICE: Readonly<Record<string, Omit<MetricInfo, 'kind'>>> = {
  'iops.read': { unit: 'count', type: 'counter', description: 'reads completed' },
  'iops.write': { unit: 'count', type: 'counter', description: 'writes completed' },
  'iops.discard': { unit: 'count', type: 'counter', description: 'discards completed' },
  'bytes.read': { unit: 'bytes', type: 'counter', description: 'bytes read' },
  'bytes.write': { unit: 'bytes', type: 'counter', description: 'bytes written' },
  latency: { unit: 'ns', type: 'histogram', description: 'time per request' },
  'queue.depth': { unit: 'count', type: 'gauge', description: 'requests in flight' },
  utilisation: { unit: 'ppm', type: 'gauge', description: 'share of the interval that was busy' },
};

const HOST: Readonly<Record<string, Omit<MetricInfo, 'kind'>>> = {
  'cpu.utilisation': { unit: 'ppm', type: 'gauge', description: 'CPU time not idle' },
  'cpu.saturation': { unit: 'count', type: 'gauge', description: 'runnable tasks' },
  'cpu.pressure': { unit: 'ppm', type: 'gauge', description: 'time some task waited for CPU' },
  'memory.utilisation': { unit: 'ppm', type: 'gauge', description: 'memory not available' },
  'memory.saturation': { unit: 'count', type: 'counter', description: 'pages scanned and swapped' },
  'memory.pressure': {
    unit: 'ppm',
    type: 'gauge',
    description: 'time some task waited for memory',
  },
  'memory.errors': { unit: 'count', type: 'counter', description: 'out-of-memory kills' },
  'disk.pressure': { unit: 'ppm', type: 'gauge', description: 'time some task waited for I/O' },
  'net.receive.bytes': { unit: 'bytes', type: 'counter', description: 'bytes received' },
  'net.transmit.bytes': { unit: 'bytes', type: 'counter', description: 'bytes sent' },
  'net.errors': { unit: 'count', type: 'counter', description: 'interface errors' },
  'net.drops': { unit: 'count', type: 'counter', description: 'packets dropped' },
  'task.count': { unit: 'count', type: 'gauge', description: 'tasks' },
  'task.forks': { unit: 'count', type: 'counter', description: 'tasks created' },
};

const SYSCALL = /^syscall\.([a-z0-9_]+)\.(calls|errors|again|restarts|latency)$/;

const BY_KIND: readonly [SourceKind, Readonly<Record<string, Omit<MetricInfo, 'kind'>>>][] = [
  ['process', PROCESS],
  ['device', DEVICE],
  ['host', HOST],
];

/**
 * What the registry knows of a metric, by name.
 * @returns `undefined` for a metric that it does not know: such a one belongs to a custom source.
 */
export function metricInfo(metric: string): MetricInfo | undefined {
  const syscall = SYSCALL.exec(metric);
  if (syscall) {
    const latency = syscall[2] === 'latency';
    return {
      kind: 'process',
      unit: latency ? 'ns' : 'count',
      type: latency ? 'histogram' : 'counter',
      description: `${syscall[1]}: ${syscall[2]}`,
    };
  }
  for (const [kind, metrics] of BY_KIND) {
    if (Object.hasOwn(metrics, metric)) {
      return { kind, ...(metrics[metric] as Omit<MetricInfo, 'kind'>) };
    }
  }
  return undefined;
}

/** Metrics with a fixed name that are gauges; no `syscall.*` is one. */
const GAUGES: ReadonlySet<string> = new Set(
  BY_KIND.flatMap(([, metrics]) =>
    Object.entries(metrics).flatMap(([name, { type }]) => (type === 'gauge' ? [name] : [])),
  ),
);

/** Whether the registry knows a metric as a gauge: what {@link metricInfo} says, but cheap. */
export function isGauge(metric: string): boolean {
  return GAUGES.has(metric);
}

/** Every metric with a fixed name, for documentation: `[name, info]`, in a stable order. */
export function listMetrics(): readonly (readonly [string, MetricInfo])[] {
  return BY_KIND.flatMap(([kind, metrics]) =>
    Object.entries(metrics).map(([name, info]) => [name, { kind, ...info }] as const),
  );
}

/** Takes `syscall.<name>.<what>` apart; `undefined` for every other metric. */
export function syscallMetric(
  metric: string,
): { readonly call: string; readonly what: string } | undefined {
  const match = SYSCALL.exec(metric);
  return match ? { call: match[1] as string, what: match[2] as string } : undefined;
}
