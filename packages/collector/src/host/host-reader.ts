import type { TickReader } from '../tick/measure-ticks.js';
import type { TickStamp } from '../tick/tick-clock.js';
import type { TickDraft } from '../tick/tick-draft.js';
import { type HostCounters, readHostCounters } from './host-counters.js';

/** The name of the one host source of a tick; the tick itself says which host. */
const HOST_SOURCE = 'host';

/**
 * Utilisation, saturation and errors of CPU, memory, disk, network and tasks (the USE method,
 * Gregg 2013), from procfs and pressure-stall information. What this kernel does not count is
 * left out, never zero.
 */
export class HostReader implements TickReader {
  readonly #procRoot: string;
  readonly #killsAreNamed: boolean;
  #last: HostCounters = {};
  /** Kills of the last tick that nobody has named yet. */
  #unnamed = 0;

  /** @param options.killsAreNamed whether another reader tells whom the kernel killed. */
  constructor(options: { readonly procRoot: string; readonly killsAreNamed?: boolean }) {
    this.#procRoot = options.procRoot;
    this.#killsAreNamed = options.killsAreNamed ?? false;
  }

  baseline(): void {
    this.#last = readHostCounters(this.#procRoot);
  }

  read(draft: TickDraft, stamp: TickStamp): void {
    const before = this.#last;
    const now = readHostCounters(this.#procRoot);
    this.#last = now;
    const host = draft.source('host', HOST_SOURCE);
    const add = (metric: string, value: number | undefined): void => {
      if (value !== undefined) host.add(metric, value);
    };
    const delta = (key: keyof HostCounters): number | undefined => difference(before, now, key);
    const pressure = (key: keyof HostCounters) => ppm(delta(key), stamp.intervalNs / 1000);

    add('cpu.utilisation', ppm(delta('cpuBusy'), delta('cpuTotal')));
    add('cpu.saturation', now.runnable);
    add('cpu.pressure', pressure('cpuPressureUs'));
    add('memory.utilisation', memoryUsed(now));
    add('memory.saturation', delta('reclaimed'));
    add('memory.pressure', pressure('memoryPressureUs'));
    add('memory.errors', delta('oomKills'));
    add('disk.pressure', pressure('ioPressureUs'));
    add('net.receive.bytes', delta('receivedBytes'));
    add('net.transmit.bytes', delta('transmittedBytes'));
    add('net.errors', delta('netErrors'));
    add('net.drops', delta('netDrops'));
    add('task.count', now.tasks);
    add('task.forks', delta('forks'));

    this.#markKills(draft, stamp, delta('oomKills') ?? 0);
  }

  /**
   * Marks kills that no reader has named. Where one does, it may have looked just before the kill
   * that this counter shows: then the name comes with the next tick, and only what has none by then
   * is marked here.
   */
  #markKills(draft: TickDraft, stamp: TickStamp, kills: number): void {
    const named = draft.markers.filter(({ kind }) => kind === 'oom-kill').length;
    const late = Math.max(0, this.#unnamed - named);
    const fresh = Math.max(0, kills - Math.max(0, named - this.#unnamed));
    this.#unnamed = this.#killsAreNamed ? fresh : 0;
    const unnamed = this.#killsAreNamed ? late : fresh;
    if (unnamed === 0) return;
    const text = `out of memory: ${unnamed} ${unnamed === 1 ? 'process' : 'processes'} killed`;
    draft.markers.push({ ts: stamp.ts, kind: 'oom-kill', text });
  }
}

/** An interface or CPU that went away makes a sum go back: nothing is known of that tick then. */
function difference(
  before: HostCounters,
  now: HostCounters,
  key: keyof HostCounters,
): number | undefined {
  const from = before[key];
  const to = now[key];
  return from === undefined || to === undefined || to < from ? undefined : to - from;
}

function ppm(part: number | undefined, whole: number | undefined): number | undefined {
  if (part === undefined || whole === undefined || whole <= 0) return undefined;
  return Math.min(1_000_000, Math.round((part / whole) * 1e6));
}

function memoryUsed({ memoryTotal, memoryAvailable }: HostCounters): number | undefined {
  if (memoryTotal === undefined || memoryAvailable === undefined) return undefined;
  return ppm(memoryTotal - memoryAvailable, memoryTotal);
}
