import type { SourceId } from '@ethogram/core';
import { EBPF_COLUMNS, EBPF_TABLES, type EbpfReading, type EbpfSession } from '@ethogram/native';
import { collectorErrors } from '../errors.js';
import type { ProcessFacts, ProcessIdentity } from '../identity/process-facts.js';
import { type Presence, Timeline } from '../identity/timeline.js';
import type { TickReader } from '../tick/measure-ticks.js';
import { nameLinks } from '../tick/name-links.js';
import { OTHER } from '../tick/source-limits.js';
import type { TickStamp } from '../tick/tick-clock.js';
import type { SourceDraft, TickDraft } from '../tick/tick-draft.js';
import type { CallNamer } from './call-names.js';

/** What the programs in the kernel are read with. */
export interface EbpfReaderOptions {
  readonly session: EbpfSession;
  readonly name: (facts: ProcessFacts) => ProcessIdentity;
  readonly callName: CallNamer;
  /** Told what reached each device, to be compared with what the kernel says. */
  readonly onDevice?: (device: string, requests: number, bytes: number) => void;
}

interface Known extends Presence {
  /** Processes that the time line was told of. */
  instances: number;
  /** Processes in the reading at hand. */
  running: number;
}

const INSTANCES = EBPF_COLUMNS.indexOf('process.instances');
/** What a process leaves in a reading that was there between two of them only. */
const BRIEF = [EBPF_COLUMNS.indexOf('process.starts'), EBPF_COLUMNS.indexOf('process.exits')];

/** How often all links are told, not only those that did something. */
const SNAPSHOT_EVERY_MS = 600_000;

/** Which tables hold sizes, and of what. */
const SIZES: Readonly<Record<number, string>> = {
  [EBPF_TABLES.readSizes]: 'io.read.size',
  [EBPF_TABLES.writeSizes]: 'io.write.size',
};

/** The bucket of quantize that holds 0; that of 2^k comes 1 + k later. */
const ZERO_BUCKET = 63;

/** A cell of latencies holds its call in the low part of its slot, the bucket above. */
const LATENCY_STEP = 512;

/** Turns what the kernel counted by identity into sources and metrics. */
export class EbpfReader implements TickReader {
  readonly #options: EbpfReaderOptions;
  readonly #known = new Map<number, Known>();
  readonly #timeline = new Timeline();
  #snapshotAt = Number.NEGATIVE_INFINITY;
  readonly #metrics = new Map<number, readonly [string, string]>();

  constructor(options: EbpfReaderOptions) {
    this.#options = options;
  }

  async baseline(): Promise<void> {
    const reading = await this.#take(false);
    this.#learn(reading);
    this.#watch(reading);
    this.#timeline.markers(0);
  }

  async read(draft: TickDraft, stamp: TickStamp): Promise<void> {
    const snapshot = stamp.ts - this.#snapshotAt >= SNAPSHOT_EVERY_MS;
    const reading = await this.#take(snapshot);
    this.#learn(reading);
    this.#watch(reading);
    for (let row = 0; row < reading.identity.length; row++) {
      const number = reading.identity[row] as number;
      const identity = this.#known.get(number)?.identity;
      const source = identity && draft.process(identity);
      if (source) this.#addRow(source, reading, row);
    }
    for (const device of reading.devices) {
      this.#options.onDevice?.(device.name, device.requests, device.bytes);
      const source = draft.source('device', device.name);
      for (const [bucket, count] of device.latencies.entries()) {
        source.count('latency', 'quantize', ZERO_BUCKET + 1 + bucket, count);
      }
    }
    if (snapshot) {
      this.#snapshotAt = stamp.ts;
      draft.linkSnapshot = true;
    }
    draft.links.push(...nameLinks(reading.links, (number) => this.#nodeOf(draft, number)));
    for (const number of reading.retired) this.#known.delete(number);
    for (const [cause, count] of Object.entries(reading.lost)) draft.lose(cause, count);
    if (reading.lostCalls > 0) {
      draft.lose('calls.unattributed', reading.lostCalls);
      draft.process(UNATTRIBUTED)?.add('syscall.other.calls', reading.lostCalls);
    }
    draft.markers.push(...this.#timeline.markers(stamp.ts));
    for (const number of reading.outOfMemory) {
      const source = this.#nodeOf(draft, number);
      const text = `${source?.name ?? 'a process'} was killed for want of memory`;
      draft.markers.push({ ts: stamp.ts, kind: 'oom-kill', ...(source ? { source } : {}), text });
    }
  }

  async #take(snapshot: boolean): Promise<EbpfReading> {
    try {
      return await this.#options.session.read(snapshot);
    } catch (cause) {
      throw collectorErrors.make('COLLECT-2007', `eBPF: ${(cause as Error).message}`, { cause });
    }
  }

  #learn(reading: EbpfReading): void {
    for (const { identity: number, ...facts } of reading.facts) {
      const { version } = facts;
      const identity = this.#options.name({ pid: 0, ...facts });
      const presence = version === undefined ? { identity } : { identity, version };
      this.#known.set(number, { ...presence, instances: 0, running: 0 });
      // It may be gone again; the time line still wants to know which file it was.
      this.#timeline.enter(presence);
      this.#timeline.leave(presence);
    }
  }

  /** Tells the time line how many processes of each identity came or went. */
  #watch(reading: EbpfReading): void {
    // Whoever runs has a row; a process that moved to another unit leaves none behind.
    for (const known of this.#known.values()) known.running = 0;
    for (let row = 0; row < reading.identity.length; row++) {
      const known = this.#known.get(reading.identity[row] as number);
      if (!known) continue;
      const start = row * EBPF_COLUMNS.length;
      known.running = reading.values[start + INSTANCES] as number;
      const isBrief = known.running === 0 && known.instances === 0;
      if (isBrief && BRIEF.some((column) => (reading.values[start + column] as number) > 0)) {
        this.#timeline.visit(known);
      }
    }
    for (const known of this.#known.values()) {
      for (; known.instances < known.running; known.instances++) this.#timeline.enter(known);
      for (; known.instances > known.running; known.instances--) this.#timeline.leave(known);
    }
  }

  #addRow(source: SourceDraft, reading: EbpfReading, row: number): void {
    const start = row * EBPF_COLUMNS.length;
    for (let column = 0; column < EBPF_COLUMNS.length; column++) {
      source.add(EBPF_COLUMNS[column] as string, reading.values[start + column] as number);
    }
    const end = reading.cellStart[row + 1] as number;
    for (let cell = reading.cellStart[row] as number; cell < end; cell++) {
      const table = reading.cellTable[cell] as number;
      const slot = reading.cellSlot[cell] as number;
      const sizes = SIZES[table];
      if (sizes !== undefined) {
        source.count(sizes, 'quantize', ZERO_BUCKET + slot, reading.cellFirst[cell] as number);
        continue;
      }
      if (table === EBPF_TABLES.latencies) {
        const call = this.#options.callName(EBPF_TABLES.native, slot % LATENCY_STEP);
        const bucket = ZERO_BUCKET + 1 + Math.floor(slot / LATENCY_STEP);
        const count = reading.cellFirst[cell] as number;
        source.count(`syscall.${call}.latency`, 'quantize', bucket, count);
        continue;
      }
      const [first, second] = this.#metricsOf(table, slot);
      source.add(first, reading.cellFirst[cell] as number);
      source.add(second, reading.cellSecond[cell] as number);
    }
  }

  #nodeOf(draft: TickDraft, number: number): SourceId | undefined {
    const identity = this.#known.get(number)?.identity;
    return identity && draft.processId(identity);
  }

  /** The metrics of the two counters of a cell. */
  #metricsOf(table: number, slot: number): readonly [string, string] {
    const key = table * 65_536 + slot;
    let metrics = this.#metrics.get(key);
    if (!metrics) {
      const call = `syscall.${this.#options.callName(table, slot)}`;
      const retries = table === EBPF_TABLES.nativeRetries || table === EBPF_TABLES.compatRetries;
      metrics = retries
        ? [`${call}.again`, `${call}.restarts`]
        : [`${call}.calls`, `${call}.errors`];
      this.#metrics.set(key, metrics);
    }
    return metrics;
  }
}

/** Whom calls are charged to whose record found no room in the ring buffer. */
const UNATTRIBUTED: ProcessIdentity = { name: OTHER, executable: OTHER, attributes: {} };
