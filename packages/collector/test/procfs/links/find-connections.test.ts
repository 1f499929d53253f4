import { DESCRIPTOR_KINDS, type ScannedDescriptors } from '@ethogram/native';
import { describe, expect, it } from 'vitest';
import { findConnections } from '../../../src/procfs/links/find-connections.js';
import { parseTcpTable, remoteEndpoint } from '../../../src/procfs/links/tcp-table.js';

const { socket, pipeReader, pipeWriter, pipeBoth } = DESCRIPTOR_KINDS;

function descriptors(
  rows: readonly (readonly [process: number, kind: number, inode: number])[],
): ScannedDescriptors {
  return {
    process: Uint32Array.from(rows, ([process]) => process),
    kind: Uint8Array.from(rows, ([, kind]) => kind),
    inode: Float64Array.from(rows, ([, , inode]) => inode),
    net: new Float64Array(rows.length).fill(1),
  };
}

const HEADING =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const row = (local: string, remote: string, state: string, inode: number) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0`;
const table = (...rows: readonly string[]) => parseTcpTable([HEADING, ...rows].join('\n'));

const find = (
  rows: Parameters<typeof descriptors>[0],
  tcp: ReturnType<typeof parseTcpTable> = [],
  unixPeers: readonly number[] = [],
) =>
  findConnections({
    descriptors: descriptors(rows),
    tcp: new Map([[1, tcp]]),
    unixPeers: Float64Array.from(unixPeers),
    littleEndian: true,
  }).map(({ kind, from, to }) => [kind, from, to]);

describe('finding connections', () => {
  it('joins both ends of a TCP connection, from who called to who listens', () => {
    // 127.0.0.1:80 listens; 127.0.0.1:40000 called it.
    const tcp = table(
      row('00000000:0050', '00000000:0000', '0A', 10),
      row('0100007F:0050', '0100007F:9C40', '01', 11),
      row('0100007F:9C40', '0100007F:0050', '01', 12),
    );
    const rows = [
      [1, socket, 10],
      [1, socket, 11],
      [2, socket, 12],
    ] as const;
    expect(find(rows, tcp)).toEqual([['tcp', 2, 1]]);
    expect(find([...rows].reverse(), [...tcp].reverse())).toEqual([['tcp', 2, 1]]);
  });

  it('joins an IPv4 socket with the IPv6 socket that serves it', () => {
    const tcp = table(
      row(`${'0'.repeat(32)}:0050`, `${'0'.repeat(32)}:0000`, '0A', 10),
      row(
        '0000000000000000FFFF00000100007F:0050',
        '0000000000000000FFFF00000100007F:9C40',
        '01',
        11,
      ),
      row('0100007F:9C40', '0100007F:0050', '01', 12),
    );
    const rows = [
      [1, socket, 11],
      [2, socket, 12],
    ] as const;
    expect(find(rows, tcp)).toEqual([['tcp', 2, 1]]);
  });

  it('names the end that is elsewhere: by prefix and port if called, by its port if it called', () => {
    const tcp = table(
      row('00000000:0050', '00000000:0000', '0A', 10),
      row('0200000A:0050', '0901A8C0:9C40', '01', 11),
      row('0200000A:9C41', '0503000A:1538', '01', 12),
    );
    const rows = [
      [1, socket, 11],
      [2, socket, 12],
    ] as const;
    expect(find(rows, tcp)).toEqual([
      ['tcp', 'listen:tcp:80', 1],
      ['tcp', 2, 'remote:10.0.3.0/24:5432'],
    ]);
  });

  it('leaves out what listens, what is gone and what nobody holds', () => {
    const tcp = table(
      row('00000000:0050', '00000000:0000', '0A', 10),
      row('0100007F:0051', '0100007F:9C40', '06', 0),
      row('0100007F:0052', '0100007F:9C40', '01', 13),
    );
    expect(find([[1, socket, 10]], tcp)).toEqual([]);
  });

  it('gives a socket that a worker has from its parent to the worker', () => {
    const tcp = table(row('0200000A:9C41', '0503000A:1538', '01', 12));
    const rows = [
      [7, socket, 12],
      [3, socket, 12],
    ] as const;
    expect(find(rows, tcp)).toEqual([['tcp', 7, 'remote:10.0.3.0/24:5432']]);
  });

  it('joins unix sockets by their peers, once, towards the one that was made later', () => {
    const rows = [
      [1, socket, 30],
      [2, socket, 20],
    ] as const;
    expect(find(rows, [], [20, 30, 30, 20])).toEqual([['unix', 2, 1]]);
    expect(find(rows, [], [20, 99, 99, 20])).toEqual([]);
  });

  it('joins pipes from writer to reader', () => {
    const rows = [
      [1, pipeWriter, 5],
      [2, pipeReader, 5],
      [3, pipeBoth, 6],
      [4, pipeReader, 6],
      [5, pipeWriter, 7],
      [5, pipeReader, 7],
    ] as const;
    expect(find(rows)).toEqual([['pipe', 1, 2]]);
  });

  it('names endpoints by prefix, in either byte order', () => {
    expect(remoteEndpoint('0100007F:0050', true)).toBe('remote:127.0.0.0/8:80');
    expect(remoteEndpoint('7F000001:0050', false)).toBe('remote:127.0.0.0/8:80');
    expect(remoteEndpoint('B80D0120000000000000000001000000:01BB', true)).toBe(
      'remote:2001:db8::/64:443',
    );
    expect(remoteEndpoint('00000000000000000000000001000000:01BB', true)).toBe(
      'remote:::1/128:443',
    );
  });

  it('takes nothing from text that is no table', () => {
    expect(parseTcpTable('')).toEqual([]);
    expect(parseTcpTable(`${HEADING}\n   0: zz:00 1 2\n   1: 0100007F:0050`)).toEqual([]);
  });
});
