import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import type { SourceId } from '@ethogram/core';
import type { ProcessScanner } from '@ethogram/native';
import type { ProcessIdentity } from '../../identity/process-facts.js';
import type { TickReader } from '../../tick/measure-ticks.js';
import { nameLinks } from '../../tick/name-links.js';
import type { TickStamp } from '../../tick/tick-clock.js';
import type { TickDraft } from '../../tick/tick-draft.js';
import { type Connection, findConnections } from './find-connections.js';
import { parseTcpTable, type TcpSocket } from './tcp-table.js';

/** What links are read with. */
export interface LinkReaderOptions {
  readonly procRoot: string;
  readonly scanner: ProcessScanner;
  readonly unixPeers: () => Float64Array;
  /** By the scanner's number of a process. */
  readonly process: (
    number: number,
  ) => { readonly identity: ProcessIdentity; readonly pid: number } | undefined;
  /** How often all descriptors of the host are looked through. */
  readonly censusEveryMs: number;
}

/** How often all links are told, not only those that changed. */
const SNAPSHOT_EVERY_MS = 600_000;
const MOST_CONNECTIONS = 20_000;
/** Of one source; the rest is one. */
const MOST_ENDPOINTS = 32;

/**
 * Who is connected to whom, by looking through all descriptors every few seconds: what opens and
 * closes between two looks is not seen, and neither are bytes.
 */
export class LinkReader implements TickReader {
  readonly #options: LinkReaderOptions;
  #open = new Map<string, Connection>();
  /** Of the processes of open connections, since one that ends can no longer be asked for. */
  #identities = new Map<number, ProcessIdentity>();
  readonly #endpoints = new Map<string, Set<string>>();
  #sinceCensusMs = Number.POSITIVE_INFINITY;
  #sinceSnapshotMs = Number.POSITIVE_INFINITY;

  constructor(options: LinkReaderOptions) {
    this.#options = options;
  }

  baseline(): void {}

  read(draft: TickDraft, stamp: TickStamp): void {
    const elapsedMs = stamp.intervalNs / 1e6;
    this.#sinceCensusMs += elapsedMs;
    this.#sinceSnapshotMs += elapsedMs;
    if (this.#sinceCensusMs < this.#options.censusEveryMs) return;
    this.#sinceCensusMs = 0;
    const first = this.#sinceSnapshotMs === Number.POSITIVE_INFINITY;
    const snapshot = this.#sinceSnapshotMs >= SNAPSHOT_EVERY_MS;
    const found = this.#census();
    draft.lose('links.over-limit', Math.max(0, found.length - MOST_CONNECTIONS));
    const now = new Map(found.slice(0, MOST_CONNECTIONS).map((one) => [one.id, one]));
    const changes = [
      ...[...now.values()].map((one) => ({
        ...one,
        opened: first || this.#open.has(one.id) ? 0 : 1,
      })),
      ...[...this.#open.values()]
        .filter((one) => !now.has(one.id))
        .map((one) => ({ ...one, closed: 1 })),
    ].map((one) => ({ opened: 0, closed: 0, events: 0, bytes: 0, ...one }));
    this.#remember(now.values());
    const told = snapshot ? changes : changes.filter((one) => one.opened + one.closed > 0);
    draft.links.push(...nameLinks(this.#bounded(told), (number) => this.#node(draft, number)));
    draft.linkSnapshot = snapshot;
    if (snapshot) this.#sinceSnapshotMs = 0;
    this.#open = now;
    this.#forgetClosed();
  }

  #remember(connections: Iterable<Connection>): void {
    for (const { from, to } of connections) {
      for (const end of [from, to]) {
        const identity = typeof end === 'number' ? this.#options.process(end)?.identity : undefined;
        if (typeof end === 'number' && identity) this.#identities.set(end, identity);
      }
    }
  }

  #forgetClosed(): void {
    const before = this.#identities;
    this.#identities = new Map();
    for (const { from, to } of this.#open.values()) {
      for (const end of [from, to]) {
        const identity = typeof end === 'number' ? before.get(end) : undefined;
        if (typeof end === 'number' && identity) this.#identities.set(end, identity);
      }
    }
  }

  #census(): Connection[] {
    const { scanner, process, unixPeers } = this.#options;
    const descriptors = scanner.descriptors();
    const tcp = new Map<number, readonly TcpSocket[]>();
    for (const [row, net] of descriptors.net.entries()) {
      if (tcp.has(net)) continue;
      const pid = process(descriptors.process[row] as number)?.pid;
      if (pid !== undefined) tcp.set(net, this.#tcpOf(pid));
    }
    const littleEndian = endianness() === 'LE';
    return findConnections({ descriptors, tcp, unixPeers: unixPeers(), littleEndian });
  }

  /** The TCP sockets of a process's network namespace; none where they may not be read. */
  #tcpOf(pid: number): TcpSocket[] {
    return ['tcp', 'tcp6'].flatMap((table) => {
      try {
        const path = `${this.#options.procRoot}/${pid}/net/${table}`;
        return parseTcpTable(readFileSync(path, 'utf8'));
      } catch {
        return [];
      }
    });
  }

  #node(draft: TickDraft, number: number): SourceId | undefined {
    const identity = this.#identities.get(number);
    return identity && draft.processId(identity);
  }

  /** Keeps a source to so many endpoints: the others are `remote:other` and `listen:other`. */
  #bounded<T extends Pick<Connection, 'from' | 'to'>>(connections: readonly T[]): T[] {
    const bound = (endpoint: number | string, other: number | string): number | string => {
      if (typeof endpoint === 'number' || typeof other === 'string') return endpoint;
      const name = this.#identities.get(other)?.name ?? '';
      const known = this.#endpoints.get(name) ?? new Set();
      this.#endpoints.set(name, known);
      if (known.size < MOST_ENDPOINTS) known.add(endpoint);
      return known.has(endpoint) ? endpoint : `${endpoint.split(':')[0]}:other`;
    };
    return connections.map((one) => ({
      ...one,
      from: bound(one.from, one.to),
      to: bound(one.to, one.from),
    }));
  }
}
