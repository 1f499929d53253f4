import { readFileSync } from 'node:fs';
import { arch } from 'node:os';
import { type EbpfMemory, loadEbpf } from '@ethogram/native';
import type { OpenOptions } from '../collector-options.js';
import { DiskReader } from '../devices/diskstats.js';
import { DiskLedger } from '../devices/reconcile-disks.js';
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
  const session = addon.open({
    budgetBytes: options.kernelMemory,
    pidMax: mostProcesses(options.procRoot),
    latency: options.latency,
  });
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
  const ledger = new DiskLedger(options.sysRoot);
  const charges = !session.missing.includes('on_done');
  const programs = new EbpfReader({
    session,
    onDevice: (device, requests, bytes) => ledger.charge(device, requests, bytes),
    name: processNamer(options),
    callName: callNamer(arch()),
  });
  const source = measuredSource({
    description: {
      backend: 'ebpf',
      ...whatIsMissing(session.missing, passedOver),
      notes: [memoryText(session.memory, options.kernelMemory)],
    },
    options,
    bootTimeNs: () => addon.bootTimeNs(),
    readers: [
      programs,
      new DiskReader({ ...options, onRead: (disks) => ledger.take(disks) }),
      new HostReader({ ...options, killsAreNamed: !session.missing.includes('on_oom') }),
    ],
    ...(charges ? { reconcile: () => ledger.result() } : {}),
    release: () => session.close(),
  });
  return { source };
}

/** What the kernel gives numbers to at once; on 64-bit hosts with systemd four million. */
function mostProcesses(procRoot: string): number {
  try {
    const most = Number(readFileSync(`${procRoot}/sys/kernel/pid_max`, 'utf8'));
    return Number.isSafeInteger(most) && most > 0 ? most : DEFAULT_PID_MAX;
  } catch {
    return DEFAULT_PID_MAX;
  }
}

const DEFAULT_PID_MAX = 32_768;

function memoryText(memory: EbpfMemory, budget: number): string {
  const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const over = memory.bytes > budget ? `, more than the ${mebibytes(budget)} asked for` : '';
  return (
    `kernel memory: maps of at most ${mebibytes(memory.bytes)}${over} ` +
    `(ring ${mebibytes(memory.ringBytes)}, ${memory.flows} connections, ` +
    `${memory.requests} requests), and ${memory.bytesPerThread} bytes a thread`
  );
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
