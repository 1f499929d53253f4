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
import { whatIsMissing } from './missing-programs.js';

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
  const missing = whatIsMissing(session.missing, session.refused, kernelRelease(options.procRoot));
  const programs = new EbpfReader({
    session,
    onDevice: (device, requests, bytes) => ledger.charge(device, requests, bytes),
    name: processNamer(options),
    callName: callNamer(arch()),
  });
  const source = measuredSource({
    description: {
      backend: 'ebpf',
      blind: missing.blind,
      limitations: [...passedOver, ...missing.limitations],
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

function kernelRelease(procRoot: string): string {
  try {
    return readFileSync(`${procRoot}/sys/kernel/osrelease`, 'utf8').trim();
  } catch {
    return 'unknown';
  }
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
