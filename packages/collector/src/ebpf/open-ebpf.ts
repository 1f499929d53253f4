import { arch } from 'node:os';
import { loadEbpf } from '@ethogram/native';
import type { OpenOptions } from '../collector-options.js';
import { DiskReader } from '../devices/diskstats.js';
import { HostReader } from '../host/host-reader.js';
import { processNamer } from '../identity/name-processes.js';
import { measuredSource } from '../measured-source.js';
import type { Opened } from '../open-backend.js';
import type { Limitation } from '../sample-source.js';
import { callNamer } from './call-names.js';
import { EbpfReader } from './ebpf-reader.js';

/**
 * What is not seen without a program that an older kernel has no place for, and since when there
 * is one.
 */
const NEEDS: Readonly<
  Record<string, { readonly since: string; readonly blind: readonly string[] }>
> = {
  on_done: { since: '6.5', blind: ['disk.read.ops', 'disk.write.ops', 'latency'] },
  on_send: { since: '6.3', blind: ['links.bytes'] },
  on_state: { since: '4.16', blind: ['net.connects', 'net.accepts'] },
  on_submit: { since: '6.3', blind: ['uring.submits', 'uring.completions'] },
  read_files: { since: '5.8', blind: ['links.pipe'] },
};

/**
 * Room for the last totals of processes that end between two readings. It is emptied whenever a
 * quarter is used, and a record has 700 bytes on the average.
 */
const RING_BYTES = 4 << 20;

/**
 * Opens the backend that counts in the kernel: every system call of every process, those that
 * live for less than a tick included.
 */
export async function openEbpf(
  options: OpenOptions,
  passedOver: readonly Limitation[],
): Promise<Opened> {
  const loaded = loadEbpf();
  if (!loaded.addon) {
    return {
      limitation: {
        code: 'COLLECT-2003',
        reason: loaded.reason,
        remedy: 'Install clang, bpftool and libbpf-dev, then run `npm run build:native`.',
      },
    };
  }
  const { addon } = loaded;
  const session = addon.open({ ringBytes: RING_BYTES, latency: options.latency });
  if (typeof session === 'string') {
    return {
      limitation: {
        code: 'COLLECT-2001',
        reason: `eBPF: ${session}`,
        remedy:
          'Run as root or with CAP_BPF and CAP_PERFMON, on Linux 5.17 or newer with BTF ' +
          '(/sys/kernel/btf/vmlinux).',
      },
    };
  }
  const programs = new EbpfReader({
    session,
    name: processNamer(options),
    callName: callNamer(arch()),
  });
  const source = measuredSource({
    description: { backend: 'ebpf', ...whatIsMissing(session.missing, passedOver) },
    options,
    bootTimeNs: () => addon.bootTimeNs(),
    readers: [programs, new DiskReader(options), new HostReader(options)],
    release: () => session.close(),
  });
  return { source };
}

function whatIsMissing(programs: readonly string[], passedOver: readonly Limitation[]) {
  const blind: string[] = [];
  const limitations = [...passedOver];
  for (const [program, need] of Object.entries(NEEDS)) {
    if (!programs.includes(program)) continue;
    blind.push(...need.blind);
    limitations.push({
      code: 'COLLECT-2001',
      reason: `eBPF: without ${need.blind.join(', ')}, since this kernel does not take ${program}`,
      remedy: `Linux ${need.since} or newer has what it attaches to.`,
    });
  }
  return { blind, limitations };
}
