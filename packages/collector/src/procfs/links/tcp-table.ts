/** A TCP socket as `/proc/net/tcp` and `tcp6` list it (kernel: networking/proc_net_tcp.rst). */
export interface TcpSocket {
  /** Address and port as the kernel prints them: equal texts are equal ends. */
  readonly local: string;
  readonly remote: string;
  readonly localPort: number;
  readonly remotePort: number;
  readonly listening: boolean;
  /** Whether data can pass: established, or closed on one side only. */
  readonly connected: boolean;
  readonly inode: number;
}

/** States: 1 established, 4 and 5 our side closed, 8 the other side closed, 10 listening. */
const LISTEN = 0x0a;
const CONNECTED: readonly number[] = [0x01, 0x04, 0x05, 0x08];

const ROW =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+\s+\d+\s+\d+ (\d+)/;

/** Reads a table; lines that are no sockets (the heading among them) are left out. */
export function parseTcpTable(text: string): TcpSocket[] {
  return text.split('\n').flatMap((line) => {
    const row = ROW.exec(line);
    if (!row) return [];
    const [, localAddress = '', localPort = '', remoteAddress = '', remotePort = ''] = row;
    const state = Number.parseInt(row[5] as string, 16);
    return [
      {
        local: `${unmapped(localAddress)}:${localPort}`,
        remote: `${unmapped(remoteAddress)}:${remotePort}`,
        localPort: Number.parseInt(localPort, 16),
        remotePort: Number.parseInt(remotePort, 16),
        listening: state === LISTEN,
        connected: CONNECTED.includes(state),
        inode: Number(row[6]),
      },
    ];
  });
}

const MAPPED = /^0000000000000000(?:FFFF0000|0000FFFF)([0-9A-F]{8})$/;

/** An IPv4 address that an IPv6 socket uses is written as the IPv4 socket at its other end does. */
function unmapped(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address;
}

/**
 * The remote end as an endpoint: `remote:10.0.0.0/24:5432`; IPv4 by /24 (loopback by /8), IPv6 by
 * /64 (loopback alone).
 * @param end as in {@link TcpSocket}: 32-bit words in the byte order of the machine.
 * @param littleEndian the byte order of that machine.
 */
export function remoteEndpoint(end: string, littleEndian: boolean): string {
  const [address = '', port = ''] = end.split(':');
  const bytes = bytesOf(address, littleEndian);
  const number = Number.parseInt(port, 16);
  if (bytes.length === 4) {
    const bits = bytes[0] === 127 ? 8 : 24;
    const kept = bytes.map((byte, at) => (at < bits / 8 ? byte : 0));
    return `remote:${kept.join('.')}/${bits}:${number}`;
  }
  const loopback = bytes.every((byte, at) => byte === (at === 15 ? 1 : 0));
  if (loopback) return `remote:::1/128:${number}`;
  const groups = [0, 2, 4, 6].map((at) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
  return `remote:${prefixText(groups)}/64:${number}`;
}

function bytesOf(address: string, littleEndian: boolean): number[] {
  const words = address.match(/.{8}/g) ?? [];
  return words.flatMap((word) => {
    const bytes = (word.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
    return littleEndian ? bytes.reverse() : bytes;
  });
}

/** The first four groups of an IPv6 address whose last four are zero, as RFC 5952 writes them. */
function prefixText(groups: readonly number[]): string {
  const used = groups.slice(0, groups.findLastIndex((group) => group !== 0) + 1);
  return `${used.map((group) => group.toString(16)).join(':')}::`;
}
