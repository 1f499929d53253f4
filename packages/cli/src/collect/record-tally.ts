import type { DiskReconciliation, DiskWork } from '@ethogram/collector';
import { sourceKey, type Tick } from '@ethogram/core';
import { bytesText, countText, printable, timeText } from '@ethogram/report';

/** What a run of recording counted so far. */
export class RecordTally {
  /** What measured it; set once a collector is open. */
  backend = '';
  /** What was charged to processes beside what the kernel says of its devices. */
  disks: readonly DiskReconciliation[] = [];
  readonly #recording: string;
  readonly #sources = new Set<string>();
  readonly #lost = new Map<string, number>();
  #ticks = 0;
  #from: number | undefined;
  #to: number | undefined;

  constructor(recording: string) {
    this.#recording = recording;
  }

  /** Counts a tick that was stored. */
  add(tick: Tick): void {
    this.#ticks++;
    this.#from ??= tick.ts - tick.intervalNs / 1e6;
    this.#to = tick.ts;
    for (const sample of tick.samples) this.#sources.add(sourceKey(sample));
    for (const [cause, count] of Object.entries(tick.lost)) {
      this.#lost.set(cause, (this.#lost.get(cause) ?? 0) + count);
    }
  }

  /** `recording live: 60 ticks, 87 sources, 0 lost`. */
  text(): string {
    const causes = [...this.#lost].map(([cause, count]) => `${printable(cause)} ${count}`);
    const why = causes.length > 0 ? ` (${causes.join(', ')})` : '';
    return `recording ${printable(this.#recording)}: ${countText(this.#ticks, 'tick')}, ${countText(this.#sources.size, 'source')}, ${this.#lostTotal()} lost${why}`;
  }

  /** The record of the summary. */
  record(): object {
    const time = (ms: number | undefined) => (ms === undefined ? null : timeText(ms));
    return {
      type: 'recorded',
      recording: this.#recording,
      backend: this.backend,
      from: time(this.#from),
      to: time(this.#to),
      ticks: this.#ticks,
      sources: this.#sources.size,
      lost: this.#lostTotal(),
      lostBy: Object.fromEntries(this.#lost),
      disks: this.disks,
    };
  }

  /** A line a device: `disk vda: 1,200 requests and 12.3 MiB charged, 1,203 (+0.25%) and …`. */
  diskLines(): string[] {
    return this.disks.map(({ device, counted, diskstats, ioStat }) => {
      const others = [
        `${workText(diskstats, counted)} by /proc/diskstats`,
        ...(ioStat ? [`${workText(ioStat, counted)} by io.stat`] : []),
      ];
      const own = `${countText(counted.requests, 'request')} and ${bytesText(counted.bytes)}`;
      return `disk ${printable(device)}: ${own} charged to processes; ${others.join('; ')}`;
    });
  }

  #lostTotal(): number {
    return [...this.#lost.values()].reduce((total, count) => total + count, 0);
  }
}

/** What somebody else counted, and how far that is from what was charged. */
function workText(found: DiskWork, counted: DiskWork): string {
  const requests = difference(found.requests - counted.requests);
  const bytes = difference(found.bytes - counted.bytes);
  return `${countText(found.requests, 'request')} (${requests}) and ${bytesText(found.bytes)} (${bytes} bytes)`;
}

function difference(count: number): string {
  return count > 0 ? `+${count}` : String(count);
}
