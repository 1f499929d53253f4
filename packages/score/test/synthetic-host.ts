import {
  type Block,
  type Link,
  packTicks,
  type Rng,
  type SourceSample,
  seededRng,
  type Tick,
} from '@ethogram/core';

/** When synthetic time begins. */
export const START = Date.UTC(2026, 0, 5);

/** How a synthetic host behaves. */
export interface SyntheticOptions {
  readonly ticks: number;
  readonly seed?: number;
  readonly intervalMs?: number;
  /** Index of the first tick; time and load go on from there. */
  readonly from?: number;
  /** Ticks per block. */
  readonly blockTicks?: number;
  /** Changes the samples and links of a tick. */
  readonly change?: (index: number, tick: { samples: SourceSample[]; links: Link[] }) => void;
}

/** Ticks of a web server, a database, a disk and our own recorder under a common, changing load. */
export function syntheticTicks(options: SyntheticOptions): Tick[] {
  const { ticks, seed = 1, intervalMs = 1000, from = 0 } = options;
  return Array.from({ length: ticks }, (_, i) => {
    const index = from + i;
    const rng = seededRng(seed * 1_000_003 + index);
    const load = 100 + 40 * Math.sin(index / 37) + 10 * rng.next();
    const tick = { samples: samplesOf(load, rng), links: linksOf(index) };
    options.change?.(index, tick);
    return {
      host: 'synthetic',
      boot: 'boot-1',
      seq: index,
      ts: START + (index + 1) * intervalMs,
      intervalNs: intervalMs * 1e6,
      backend: 'ebpf',
      blind: [],
      samples: tick.samples,
      links: tick.links,
      linkSnapshot: index === 0,
      markers: [],
      lost: {},
    };
  });
}

/** The same as blocks. */
export function syntheticBlocks(options: SyntheticOptions): Block[] {
  return cut(syntheticTicks(options), () => options.blockTicks ?? 500);
}

/** Cuts ticks into blocks of the lengths that `length` gives. */
export function cut(ticks: readonly Tick[], length: () => number): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < ticks.length; ) {
    const size = Math.max(1, length());
    blocks.push(packTicks(ticks.slice(at, at + size)));
    at += size;
  }
  return blocks;
}

/** What a store's `read` looks like. */
export async function* stream(blocks: readonly Block[]): AsyncIterable<Block> {
  yield* blocks;
}

/** A process sample from calls per name. */
export function processSample(
  name: string,
  calls: Readonly<Record<string, number>>,
  more: Readonly<Record<string, number>> = {},
): SourceSample {
  const values = new Map<string, number>();
  for (const [call, count] of Object.entries(calls)) {
    if (count > 0) values.set(`syscall.${call}.calls`, Math.round(count));
  }
  for (const [metric, value] of Object.entries(more)) values.set(metric, Math.round(value));
  return { kind: 'process', name, values };
}

function samplesOf(load: number, rng: Rng): SourceSample[] {
  const jitter = (): number => 0.9 + 0.2 * rng.next();
  const web = load * jitter();
  const db = 0.6 * load * jitter();
  return [
    processSample(
      'web.service/web',
      { read: 2 * web, write: 1.5 * web, epoll_wait: web, accept4: 0.3 * web, close: 0.3 * web },
      { 'cpu.ns': 80_000 * web, 'memory.rss': 50_000_000 + 1000 * web, 'process.instances': 4 },
    ),
    processSample(
      'db.service/db',
      {
        recvfrom: db,
        sendto: db * jitter(),
        epoll_wait: 0.5 * db,
        fsync: rng.next() < 0.1 ? 1 : 0,
      },
      { 'cpu.ns': 120_000 * db, 'memory.rss': 90_000_000 + 500 * db },
    ),
    {
      kind: 'device',
      name: 'vda',
      values: new Map([
        ['iops.read', Math.round(0.1 * db * jitter())],
        ['iops.write', Math.round(5 + 0.2 * db * jitter())],
        ['bytes.write', Math.round(20_000 + 4096 * db * jitter())],
      ]),
    },
    {
      ...processSample('ethogram', { read: 0.5 * load, ioctl: 3 }),
      attributes: { self: 'true' },
    },
  ];
}

function linksOf(index: number): Link[] {
  const web = { kind: 'process', name: 'web.service/web' } as const;
  const db = { kind: 'process', name: 'db.service/db' } as const;
  return index % 5 === 0
    ? [{ from: web, to: db, kind: 'tcp', opened: 0, closed: 0, events: 20, bytes: 4000 }]
    : [];
}
