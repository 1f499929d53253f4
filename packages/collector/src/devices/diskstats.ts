import { existsSync, readFileSync } from 'node:fs';
import type { TickReader } from '../tick/measure-ticks.js';
import type { TickStamp } from '../tick/tick-clock.js';
import type { TickDraft } from '../tick/tick-draft.js';

/** What `/proc/diskstats` has of one device since boot (kernel: admin-guide/iostats.rst). */
export interface DiskCounters {
  readonly device: string;
  readonly major: number;
  readonly minor: number;
  readonly reads: number;
  readonly readBytes: number;
  readonly writes: number;
  readonly writtenBytes: number;
  /** Requests under way now. */
  readonly inFlight: number;
  /** Milliseconds during which at least one request was under way. */
  readonly busyMs: number;
  /** 0 before Linux 4.18. */
  readonly discards: number;
}

/** The kernel counts in sectors of 512 bytes, whatever the device's own are. */
const SECTOR_BYTES = 512;

/** Reads the text of `/proc/diskstats`, partitions included; lines that are none are left out. */
export function parseDiskstats(text: string): DiskCounters[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const device = fields[2];
    if (device === undefined || fields.length < 14) return [];
    const at = (index: number): number => Number(fields[index] ?? 0);
    const counters = {
      device,
      major: at(0),
      minor: at(1),
      reads: at(3),
      readBytes: at(5) * SECTOR_BYTES,
      writes: at(7),
      writtenBytes: at(9) * SECTOR_BYTES,
      inFlight: at(11),
      busyMs: at(12),
      discards: at(14),
    };
    return Object.values(counters).some(Number.isNaN) ? [] : [counters];
  });
}

/** Where to read disks from. */
export interface DiskOptions {
  readonly procRoot: string;
  readonly sysRoot: string;
  /** Told of every reading, by device. */
  readonly onRead?: (disks: ReadonlyMap<string, DiskCounters>) => void;
}

/**
 * Whole devices that were ever used, by `/proc/diskstats`: partitions would count every request
 * twice, and loop and RAM disks that never saw one say nothing.
 */
export class DiskReader implements TickReader {
  readonly #options: DiskOptions;
  readonly #whole = new Map<string, boolean>();
  #last = new Map<string, DiskCounters>();

  constructor(options: DiskOptions) {
    this.#options = options;
  }

  baseline(): void {
    this.#last = this.#counters();
    this.#options.onRead?.(this.#last);
  }

  read(draft: TickDraft, stamp: TickStamp): void {
    const now = this.#counters();
    for (const [device, counters] of now) {
      const before = this.#last.get(device) ?? startOf(counters);
      // Counters that go back are those of another device under an old name.
      const base = counters.reads < before.reads || counters.writes < before.writes;
      addDevice(draft, base ? startOf(counters) : before, counters, stamp.intervalNs);
    }
    this.#last = now;
    this.#options.onRead?.(now);
  }

  #counters(): Map<string, DiskCounters> {
    const all = parseDiskstats(readOr(`${this.#options.procRoot}/diskstats`));
    const used = all.filter((disk) => disk.reads + disk.writes + disk.discards > 0);
    return new Map(
      used.filter((disk) => this.#isWhole(disk.device)).map((disk) => [disk.device, disk]),
    );
  }

  #isWhole(device: string): boolean {
    let whole = this.#whole.get(device);
    if (whole === undefined) {
      // sysfs writes the slash of names like cciss/c0d0 as an exclamation mark.
      whole = existsSync(`${this.#options.sysRoot}/block/${device.replaceAll('/', '!')}`);
      this.#whole.set(device, whole);
    }
    return whole;
  }
}

function startOf(counters: DiskCounters): DiskCounters {
  return {
    ...counters,
    reads: 0,
    readBytes: 0,
    writes: 0,
    writtenBytes: 0,
    busyMs: 0,
    discards: 0,
  };
}

function addDevice(
  draft: TickDraft,
  before: DiskCounters,
  now: DiskCounters,
  intervalNs: number,
): void {
  const source = draft.source('device', now.device);
  source.add('iops.read', now.reads - before.reads);
  source.add('iops.write', now.writes - before.writes);
  source.add('iops.discard', now.discards - before.discards);
  source.add('bytes.read', now.readBytes - before.readBytes);
  source.add('bytes.write', now.writtenBytes - before.writtenBytes);
  source.add('queue.depth', now.inFlight);
  // The kernel's 32-bit milliseconds wrap after 50 busy days.
  const busyMs = (now.busyMs - before.busyMs + 2 ** 32) % 2 ** 32;
  source.add('utilisation', Math.min(1_000_000, Math.round((busyMs * 1e12) / intervalNs)));
}

/** A kernel without block devices has no such file. */
function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
