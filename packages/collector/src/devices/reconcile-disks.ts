import { readFileSync } from 'node:fs';
import type { DiskCounters } from './diskstats.js';

/** Requests and bytes, reads and writes together. */
export interface DiskWork {
  readonly requests: number;
  readonly bytes: number;
}

/** What reached one device since the start, by who counted it. */
export interface DiskReconciliation {
  readonly device: string;
  /** Charged to processes, request by request. */
  readonly counted: DiskWork;
  /** By `/proc/diskstats`. */
  readonly diskstats: DiskWork;
  /** By `io.stat` of the root of version 2 control groups, where there is one. */
  readonly ioStat?: DiskWork;
}

/** Reads the text of `io.stat` (kernel: admin-guide/cgroup-v2.rst) by `major:minor`. */
export function parseIoStat(text: string): Map<string, DiskWork> {
  const found = new Map<string, DiskWork>();
  for (const line of text.split('\n')) {
    const [device, ...fields] = line.trim().split(/\s+/);
    if (!device || !/^\d+:\d+$/.test(device)) continue;
    const values = new Map(fields.map((field) => field.split('=') as [string, string]));
    const of = (...names: string[]) =>
      names.reduce((sum, name) => sum + Number(values.get(name) ?? 0), 0);
    const work = { requests: of('rios', 'wios'), bytes: of('rbytes', 'wbytes') };
    if (Number.isFinite(work.requests + work.bytes)) found.set(device, work);
  }
  return found;
}

/** `io.stat` of the root of version 2 control groups; nothing where it has none. */
export function readIoStat(sysRoot: string): Map<string, DiskWork> {
  for (const place of ['fs/cgroup', 'fs/cgroup/unified']) {
    try {
      return parseIoStat(readFileSync(`${sysRoot}/${place}/io.stat`, 'utf8'));
    } catch {
      // Version 1, or a version 2 without the controller.
    }
  }
  return new Map();
}

/**
 * Adds up what was charged to processes beside what the kernel's own accounts say of the same
 * time: both begin when the other does, and are read one after the other.
 */
export class DiskLedger {
  readonly #sysRoot: string;
  readonly #counted = new Map<string, DiskWork>();
  #before = new Map<string, DiskWork>();
  #ioBefore = new Map<string, DiskWork>();
  #last = new Map<string, DiskCounters>();
  #ioLast = new Map<string, DiskWork>();

  constructor(sysRoot: string) {
    this.#sysRoot = sysRoot;
  }

  /** What a device completed, as it was charged. */
  charge(device: string, requests: number, bytes: number): void {
    const before = this.#counted.get(device) ?? { requests: 0, bytes: 0 };
    const sum = { requests: before.requests + requests, bytes: before.bytes + bytes };
    this.#counted.set(device, sum);
  }

  /** Takes the kernel's accounts, at the start and once a tick. */
  take(disks: ReadonlyMap<string, DiskCounters>): void {
    const isFirst = this.#last.size === 0;
    this.#last = new Map(disks);
    this.#ioLast = readIoStat(this.#sysRoot);
    if (!isFirst) return;
    this.#counted.clear();
    this.#before = new Map([...disks].map(([device, disk]) => [device, workOf(disk)]));
    this.#ioBefore = this.#ioLast;
  }

  /** Devices that did something since the start, by name. */
  result(): DiskReconciliation[] {
    const rows = [...this.#last].map(([device, disk]) => {
      const number = `${disk.major}:${disk.minor}`;
      const io = this.#ioLast.get(number);
      return {
        device,
        counted: this.#counted.get(device) ?? NOTHING,
        diskstats: difference(workOf(disk), this.#before.get(device)),
        ...(io ? { ioStat: difference(io, this.#ioBefore.get(number)) } : {}),
      };
    });
    return rows
      .filter(({ counted, diskstats }) => counted.requests + diskstats.requests > 0)
      .sort((a, b) => (a.device < b.device ? -1 : 1));
  }
}

const NOTHING: DiskWork = Object.freeze({ requests: 0, bytes: 0 });

function workOf({ reads, writes, readBytes, writtenBytes }: DiskCounters): DiskWork {
  return { requests: reads + writes, bytes: readBytes + writtenBytes };
}

function difference(now: DiskWork, before: DiskWork = NOTHING): DiskWork {
  return { requests: now.requests - before.requests, bytes: now.bytes - before.bytes };
}
