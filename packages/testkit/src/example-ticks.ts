import { type Rng, type SourceSample, seededRng, type Tick } from '@ethogram/core';

/** What {@link exampleTicks} makes. */
export interface ExampleOptions {
  readonly count: number;
  /** End of the first tick, milliseconds UTC. */
  readonly from?: number;
  readonly intervalMs?: number;
  readonly host?: string;
  readonly boot?: string;
  readonly firstSeq?: number;
  /** How many processes there are; a third of them is idle in any tick. */
  readonly sources?: number;
  readonly seed?: number;
}

const CALLS = ['read', 'write', 'openat', 'close', 'futex', 'epoll_wait', 'recvmsg', 'sendmsg'];

/** 2026-01-05 08:00:00 UTC, a whole minute. */
export const EXAMPLE_START = 1_767_600_000_000;

/**
 * Ticks that hold everything that a tick can: sparse counters, gauges, floats, histograms,
 * attributes, links, snapshots, markers and losses. The same options give the same ticks.
 */
export function exampleTicks(options: ExampleOptions): Tick[] {
  const {
    count,
    from = EXAMPLE_START,
    intervalMs = 1000,
    host = 'alpha',
    boot = 'boot-1',
  } = options;
  const { firstSeq = 0, sources = 4, seed = 1 } = options;
  const rng = seededRng(seed);
  return Array.from({ length: count }, (_, i) => ({
    host,
    boot,
    seq: firstSeq + i,
    ts: from + i * intervalMs,
    intervalNs: intervalMs * 1e6 + rng.integer(2_000_000) - 1_000_000,
    backend: 'ebpf',
    blind: ['disk'],
    samples: Array.from({ length: sources }, (_, s) => s)
      .filter((s) => s === 0 || rng.next() > 1 / 3)
      .map((s) => exampleSample(s, rng)),
    links: i % 7 === 0 ? [exampleLink(rng)] : [],
    linkSnapshot: i % 600 === 0,
    markers:
      i % 97 === 5
        ? [{ ts: from + i * intervalMs - 10, kind: 'note' as const, text: `note ${i} – ünïcode` }]
        : [],
    lost: i % 53 === 7 ? { 'map full': 3, late: 1 } : {},
  }));
}

function exampleSample(s: number, rng: Rng): SourceSample {
  const values = new Map<string, number>();
  for (const call of CALLS) {
    if (rng.next() < 0.6) values.set(`syscall.${call}.calls`, 1 + rng.integer(1 << (s % 12)));
  }
  values.set('memory.rss', 40_960_000 + 4096 * rng.integer(20));
  values.set('cpu.ns', rng.integer(900_000_000));
  if (s % 3 === 1) values.set('custom.load', rng.next() * 4 - 1);
  const counts = new Map([
    [10 + rng.integer(3), 1 + rng.integer(40)],
    [13 + rng.integer(3), 1 + rng.integer(9)],
  ]);
  return {
    kind: 'process',
    name: `svc-${s}.service/worker:${s}`,
    values,
    ...(s % 2 === 0
      ? { histograms: new Map([['io.read.size', { scheme: 'quantize', counts }]]) }
      : {}),
    ...(s % 2 === 1 ? { attributes: { exe: `/usr/bin/worker-${s}` } } : {}),
  };
}

function exampleLink(rng: Rng): Tick['links'][number] {
  return {
    from: { kind: 'process', name: 'svc-0.service/worker:0' },
    to: { kind: 'endpoint', name: 'remote:10.0.0.0/24:5432' },
    kind: 'tcp',
    opened: rng.integer(3),
    closed: rng.integer(3),
    events: rng.integer(1000),
    bytes: rng.integer(1_000_000),
  };
}
