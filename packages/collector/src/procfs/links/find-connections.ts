import { DESCRIPTOR_KINDS, type ScannedDescriptors } from '@ethogram/native';
import { remoteEndpoint, type TcpSocket } from './tcp-table.js';

/** One connection or pipe between two processes, or a process and an endpoint. */
export interface Connection {
  /** The same for as long as the connection lives. */
  readonly id: string;
  readonly kind: 'tcp' | 'unix' | 'pipe';
  /** The scanner's number of a process, or the name of an endpoint. */
  readonly from: number | string;
  readonly to: number | string;
}

/** What connections are found in. */
export interface ConnectionTables {
  readonly descriptors: ScannedDescriptors;
  /** TCP sockets by network namespace, as `descriptors.net` numbers them. */
  readonly tcp: ReadonlyMap<number, readonly TcpSocket[]>;
  /** Inodes of unix sockets, each followed by its peer's. */
  readonly unixPeers: Float64Array;
  readonly littleEndian: boolean;
}

/**
 * Joins descriptors, TCP tables and peers of unix sockets to connections. A socket that several
 * processes hold belongs to the one that came last: the worker, not the parent that it has it
 * from. Direction: to whoever listens on the port; of unix sockets nothing tells who called, so
 * the later inode, which accepting makes, accepts. Complexity: linear in descriptors and sockets.
 */
export function findConnections(tables: ConnectionTables): Connection[] {
  const { owners, readers, writers } = holders(tables.descriptors);
  const found: Connection[] = [];
  for (const sockets of tables.tcp.values()) {
    found.push(...tcpConnections(sockets, owners, tables.littleEndian));
  }
  for (let at = 0; at + 1 < tables.unixPeers.length; at += 2) {
    const [one, other] = [tables.unixPeers[at] as number, tables.unixPeers[at + 1] as number];
    const [from, to] = [owners.get(one), owners.get(other)];
    // A pair is listed from both of its ends.
    if (one > other || from === undefined || to === undefined || from === to) continue;
    found.push({ id: `unix:${one}:${other}`, kind: 'unix', from, to });
  }
  for (const [pipe, from] of writers) {
    const to = readers.get(pipe);
    if (to === undefined || to === from) continue;
    found.push({ id: `pipe:${pipe}`, kind: 'pipe', from, to });
  }
  return found;
}

interface Holders {
  /** Of sockets. */
  readonly owners: ReadonlyMap<number, number>;
  /** Of pipes, by either end. */
  readonly readers: ReadonlyMap<number, number>;
  readonly writers: ReadonlyMap<number, number>;
}

function holders({ process, kind, inode }: ScannedDescriptors): Holders {
  const owners = new Map<number, number>();
  const readers = new Map<number, number>();
  const writers = new Map<number, number>();
  const latest = (map: Map<number, number>, key: number, holder: number): void => {
    map.set(key, Math.max(holder, map.get(key) ?? 0));
  };
  for (const [row, holder] of process.entries()) {
    const key = inode[row] as number;
    if (kind[row] === DESCRIPTOR_KINDS.socket) latest(owners, key, holder);
    // A descriptor open both ways (a FIFO opened for reading and writing) is nobody's other end.
    if (kind[row] === DESCRIPTOR_KINDS.pipeReader) latest(readers, key, holder);
    if (kind[row] === DESCRIPTOR_KINDS.pipeWriter) latest(writers, key, holder);
  }
  return { owners, readers, writers };
}

function tcpConnections(
  sockets: readonly TcpSocket[],
  owners: ReadonlyMap<number, number>,
  littleEndian: boolean,
): Connection[] {
  const listening = new Set(sockets.filter((one) => one.listening).map((one) => one.localPort));
  const byEnds = new Map(sockets.map((one) => [`${one.local} ${one.remote}`, one]));
  const found: Connection[] = [];
  for (const socket of sockets) {
    const owner = owners.get(socket.inode);
    if (!socket.connected || owner === undefined) continue;
    const accepted = listening.has(socket.localPort);
    const peer = byEnds.get(`${socket.remote} ${socket.local}`);
    if (!peer) {
      const id = `tcp:${socket.inode}`;
      found.push(
        accepted
          ? { id, kind: 'tcp', from: `listen:tcp:${socket.localPort}`, to: owner }
          : { id, kind: 'tcp', from: owner, to: remoteEndpoint(socket.remote, littleEndian) },
      );
      continue;
    }
    const other = owners.get(peer.inode);
    // Both ends are here: the one that called tells of it, or, where nobody listens, the lower.
    const calls =
      accepted === listening.has(peer.localPort) ? socket.local < peer.local : !accepted;
    if (!calls || other === undefined || other === owner) continue;
    found.push({ id: `tcp:${socket.inode}:${peer.inode}`, kind: 'tcp', from: owner, to: other });
  }
  return found;
}
