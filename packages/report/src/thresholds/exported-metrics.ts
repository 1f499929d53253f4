import type { SourceKind } from '@ethogram/core';

/** A metric of ours as Prometheus sees it. */
export interface ExportedMetric {
  /** Our name: `memory.rss`. */
  readonly metric: string;
  /** Kind of the sources that carry it. */
  readonly kind: SourceKind;
  /** Name at `/metrics`, in base units: seconds, bytes, ratios. */
  readonly name: string;
  /** Our value times this is the exported one. */
  readonly factor: number;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** The series of process-exporter that means the same, with the labels that select it. */
  readonly processExporter?: { readonly name: string; readonly labels?: string };
}

const NS = 1e-9;
const PPM = 1e-6;

/** `[metric, name after the prefix, factor, help, process-exporter's name, its labels]`. */
type Row = readonly [string, string, number, string, string?, string?];

const PROCESS: readonly Row[] = [
  ['cpu.ns', 'cpu_seconds_total', NS, 'CPU time, user and system', 'cpu_seconds_total'],
  [
    'memory.rss',
    'resident_memory_bytes',
    1,
    'Resident memory',
    'memory_bytes',
    'memtype="resident"',
  ],
  ['fd.count', 'open_fds', 1, 'Open descriptors', 'open_filedesc'],
  ['thread.count', 'threads', 1, 'Threads', 'num_threads'],
  ['process.instances', 'processes', 1, 'Processes', 'num_procs'],
  ['process.starts', 'process_starts_total', 1, 'Processes started'],
  ['io.read.bytes', 'read_bytes_total', 1, 'Bytes read by system calls'],
  ['io.write.bytes', 'written_bytes_total', 1, 'Bytes written by system calls'],
  ['disk.read.bytes', 'disk_read_bytes_total', 1, 'Bytes read from devices', 'read_bytes_total'],
  [
    'disk.write.bytes',
    'disk_written_bytes_total',
    1,
    'Bytes written to devices',
    'write_bytes_total',
  ],
  ['sched.switches', 'context_switches_total', 1, 'Context switches', 'context_switches_total'],
  [
    'fault.major',
    'major_page_faults_total',
    1,
    'Page faults that needed I/O',
    'major_page_faults_total',
  ],
  [
    'fault.minor',
    'minor_page_faults_total',
    1,
    'Page faults without I/O',
    'minor_page_faults_total',
  ],
  ['net.connects', 'connects_total', 1, 'Connections opened'],
  ['net.accepts', 'accepts_total', 1, 'Connections accepted'],
  ['syscall.calls', 'system_calls_total', 1, 'System calls that returned'],
  ['syscall.errors', 'system_call_errors_total', 1, 'System calls that failed'],
];

const DEVICE: readonly Row[] = [
  ['iops.read', 'reads_total', 1, 'Reads completed'],
  ['iops.write', 'writes_total', 1, 'Writes completed'],
  ['bytes.read', 'read_bytes_total', 1, 'Bytes read'],
  ['bytes.write', 'written_bytes_total', 1, 'Bytes written'],
  ['queue.depth', 'queue_depth', 1, 'Requests in flight'],
  ['utilisation', 'utilisation_ratio', PPM, 'Share of the interval that was busy'],
];

const HOST: readonly Row[] = [
  ['cpu.utilisation', 'cpu_utilisation_ratio', PPM, 'CPU time not idle'],
  ['cpu.saturation', 'runnable_tasks', 1, 'Runnable tasks'],
  ['cpu.pressure', 'cpu_pressure_ratio', PPM, 'Time some task waited for CPU'],
  ['memory.utilisation', 'memory_utilisation_ratio', PPM, 'Memory not available'],
  ['memory.pressure', 'memory_pressure_ratio', PPM, 'Time some task waited for memory'],
  ['disk.pressure', 'disk_pressure_ratio', PPM, 'Time some task waited for I/O'],
  ['net.receive.bytes', 'network_receive_bytes_total', 1, 'Bytes received'],
  ['net.transmit.bytes', 'network_transmit_bytes_total', 1, 'Bytes sent'],
  ['net.errors', 'network_errors_total', 1, 'Interface errors'],
  ['net.drops', 'network_drops_total', 1, 'Packets dropped'],
  ['task.count', 'tasks', 1, 'Tasks'],
  ['task.forks', 'forks_total', 1, 'Tasks created'],
];

/**
 * What the service exports of each source at `/metrics`, and `thresholds` writes rules for: a fixed
 * list, so that the number of series is bounded by the number of sources.
 */
export const EXPORTED_METRICS: readonly ExportedMetric[] = Object.freeze([
  ...PROCESS.map((row) => exported('process', 'ethogram_source', row)),
  ...DEVICE.map((row) => exported('device', 'ethogram_device', row)),
  ...HOST.map((row) => exported('host', 'ethogram_host', row)),
]);

function exported(
  kind: SourceKind,
  prefix: string,
  [metric, name, factor, help, theirs, labels]: Row,
): ExportedMetric {
  return Object.freeze({
    metric,
    kind,
    name: `${prefix}_${name}`,
    factor,
    type: name.endsWith('_total') ? 'counter' : 'gauge',
    help,
    ...(theirs === undefined
      ? {}
      : {
          processExporter: {
            name: `namedprocess_namegroup_${theirs}`,
            ...(labels === undefined ? {} : { labels }),
          },
        }),
  });
}
