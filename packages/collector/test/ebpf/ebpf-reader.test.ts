import { EBPF_COLUMNS, EBPF_TABLES, type EbpfReading, type EbpfSession } from '@ethogram/native';
import { describe, expect, it } from 'vitest';
import { callNamer } from '../../src/ebpf/call-names.js';
import { EbpfReader } from '../../src/ebpf/ebpf-reader.js';
import { identify } from '../../src/identity/identify.js';
import { SourceAdmission } from '../../src/tick/source-limits.js';
import { TickDraft } from '../../src/tick/tick-draft.js';

const EMPTY: EbpfReading = {
  identity: new Uint32Array(0),
  values: new Float64Array(0),
  cellStart: new Uint32Array(1),
  cellTable: new Uint8Array(0),
  cellSlot: new Uint16Array(0),
  cellFirst: new Float64Array(0),
  cellSecond: new Float64Array(0),
  facts: [],
  links: [],
  devices: [],
  outOfMemory: new Uint32Array(0),
  retired: new Uint32Array(0),
  lost: {},
  lostCalls: 0,
  lateStorage: 0,
  childReturns: 0,
};

const MEMORY = {
  bytes: 0,
  ringBytes: 0,
  flows: 0,
  requests: 0,
  dirtiers: 0,
  charges: 0,
  latencies: 0,
  bytesPerThread: 0,
};

/** One row of identity 1, nginx. */
function reading(
  values: Partial<Record<(typeof EBPF_COLUMNS)[number], number>>,
  cells: readonly (readonly [number, number, number, number])[] = [],
  rest: Partial<EbpfReading> = {},
): EbpfReading {
  return {
    ...EMPTY,
    identity: Uint32Array.of(1),
    values: Float64Array.from(EBPF_COLUMNS, (column) => values[column] ?? 0),
    cellStart: Uint32Array.of(0, cells.length),
    cellTable: Uint8Array.from(cells, ([table]) => table),
    cellSlot: Uint16Array.from(cells, ([, slot]) => slot),
    cellFirst: Float64Array.from(cells, ([, , first]) => first),
    cellSecond: Float64Array.from(cells, ([, , , second]) => second),
    ...rest,
  };
}

const NGINX = {
  identity: 1,
  comm: 'nginx',
  uid: 33,
  kernelThread: false,
  exe: '/usr/sbin/nginx',
  cgroup: '/system.slice/nginx.service',
  version: '1:2:3',
};

/** Reads a baseline and then one tick of each of the readings. */
async function ticksOf(baseline: EbpfReading, ...readings: EbpfReading[]): Promise<TickDraft[]> {
  const left = [baseline, ...readings];
  const asked: boolean[] = [];
  const session: EbpfSession = {
    missing: [],
    verifiedInstructions: {},
    memory: MEMORY,
    read: (snapshot = false) => {
      asked.push(snapshot);
      return Promise.resolve(left.shift() ?? EMPTY);
    },
    close: () => undefined,
  };
  const reader = new EbpfReader({
    session,
    name: (facts) => identify(facts, { group: 'unit' }),
    callName: callNamer('x64'),
  });
  await reader.baseline();
  const admission = new SourceAdmission({ maxSources: 10 });
  const drafts: TickDraft[] = [];
  for (const [at] of readings.entries()) {
    const draft = new TickDraft(admission);
    const ts = 1_700_000_000_000 + at * 1000;
    await reader.read(draft, { seq: at, ts, intervalNs: 1e9, markers: [], missed: 0 });
    drafts.push(draft);
  }
  expect(asked).toEqual([false, ...readings.map((_, at) => at === 0)]);
  return drafts;
}

describe('readings of the eBPF backend as ticks', () => {
  const baseline = reading({ 'process.instances': 1 }, [], { facts: [NGINX] });

  it('names sources and calls, errors and retries apart', async () => {
    const [draft] = await ticksOf(
      baseline,
      reading({ 'cpu.ns': 5, 'process.instances': 1 }, [
        [EBPF_TABLES.native, 0, 10, 2],
        [EBPF_TABLES.nativeRetries, 0, 3, 4],
        [EBPF_TABLES.compat, 3, 7, 0],
      ]),
    );
    const [sample] = draft?.samples() ?? [];
    expect(sample?.name).toBe('nginx.service/nginx');
    expect(sample?.values.get('syscall.read.calls')).toBe(17);
    expect(sample?.values.get('syscall.read.errors')).toBe(2);
    expect(sample?.values.get('syscall.read.again')).toBe(3);
    expect(sample?.values.get('syscall.read.restarts')).toBe(4);
    expect(sample?.values.get('cpu.ns')).toBe(5);
  });

  it('keeps gauges of 0 and leaves out counters of 0', async () => {
    const [draft] = await ticksOf(baseline, reading({}));
    const [sample] = draft?.samples() ?? [];
    expect(sample?.values.get('process.instances')).toBe(0);
    expect(sample?.values.has('cpu.ns')).toBe(false);
  });

  it('puts sizes and latencies into the buckets of quantize', async () => {
    const latencies = new Float64Array(64);
    latencies[20] = 6;
    const [draft] = await ticksOf(
      baseline,
      reading(
        { 'process.instances': 1 },
        [
          [EBPF_TABLES.readSizes, 0, 2, 0],
          [EBPF_TABLES.writeSizes, 13, 5, 0],
          [EBPF_TABLES.latencies, 512 * 10 + 1, 9, 0],
        ],
        { devices: [{ name: 'vda', latencies }] },
      ),
    );
    const samples = draft?.samples() ?? [];
    const process = samples.find((sample) => sample.kind === 'process');
    expect(process?.histograms?.get('io.read.size')?.counts).toEqual(new Map([[63, 2]]));
    expect(process?.histograms?.get('io.write.size')?.counts).toEqual(new Map([[76, 5]]));
    expect(process?.histograms?.get('syscall.write.latency')?.counts).toEqual(new Map([[74, 9]]));
    const device = samples.find((sample) => sample.kind === 'device');
    expect(device?.histograms?.get('latency')?.counts).toEqual(new Map([[84, 6]]));
  });

  it('never loses calls in silence: what has no owner stands under other', async () => {
    const [draft] = await ticksOf(
      baseline,
      reading({ 'process.instances': 1 }, [], { lost: { 'ring.full': 2 }, lostCalls: 90 }),
    );
    const other = draft?.samples().find((sample) => sample.name === 'other');
    expect(other?.values.get('syscall.other.calls')).toBe(90);
    expect(draft?.lost()).toEqual({ 'calls.unattributed': 90, 'ring.full': 2 });
  });

  it('marks a unit that starts and stops, and an executable that became another file', async () => {
    const drafts = await ticksOf(
      baseline,
      reading({ 'process.instances': 0 }),
      reading({ 'process.instances': 2 }),
      {
        ...reading({ 'process.instances': 1 }),
        identity: Uint32Array.of(2),
        facts: [{ ...NGINX, identity: 2, version: '1:9:9' }],
      },
    );
    const kinds = drafts.map((draft) => draft.markers.map((marker) => marker.kind));
    expect(kinds).toEqual([['unit-stop'], ['unit-start'], ['new-version']]);
  });

  it('marks both for a unit that lives for less than a tick, as a timer’s job', async () => {
    const job = { ...NGINX, identity: 2, exe: '/usr/bin/job', cgroup: '/system.slice/job.service' };
    const brief = (facts: EbpfReading['facts']): EbpfReading => ({
      ...reading({ 'process.starts': 1, 'process.exits': 1 }, [], { facts }),
      identity: Uint32Array.of(2),
    });
    const drafts = await ticksOf(EMPTY, brief([job]), EMPTY, brief([]));
    const told = drafts.map((draft) => draft.markers.map((marker) => marker.text));
    const both = ['job.service started', 'job.service stopped'];
    expect(told).toEqual([both, [], both]);
  });

  it('asks for every link at the start and marks the tick, then for what changed', async () => {
    const links = [
      {
        from: 1,
        to: 'remote:10.0.0.0/24:80',
        kind: 'tcp',
        opened: 0,
        closed: 0,
        events: 0,
        bytes: 0,
      },
    ] as const;
    const drafts = await ticksOf(baseline, reading({}, [], { links }), reading({}));
    expect(drafts.map((draft) => draft.linkSnapshot)).toEqual([true, false]);
    expect(drafts[0]?.links[0]?.to).toEqual({ kind: 'endpoint', name: 'remote:10.0.0.0/24:80' });
  });
});
