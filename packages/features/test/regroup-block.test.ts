import { packTicks, type Tick, unpackTicks } from '@ethogram/core';
import { describe, expect, it } from 'vitest';
import { regroupBlock } from '../src/regroup-block.js';

const process = (scope: string | null, executable: string, calls: number, rss: number) => ({
  kind: 'process' as const,
  name: scope === null ? executable : `${scope}/${executable}`,
  values: new Map([
    ['syscall.read.calls', calls],
    ['memory.rss', rss],
  ]),
  histograms: new Map([['io.read.size', { scheme: 'quantize', counts: new Map([[70, calls]]) }]]),
  attributes: { executable, ...(scope === null ? {} : { scope }), exe: `/usr/bin/${executable}` },
});
const to = (name: string) => ({ kind: 'process' as const, name });
const link = (from: string, into: string, bytes: number) => ({
  ...{ from: to(from), to: to(into), kind: 'tcp' as const, opened: 1, closed: 0, events: 2, bytes },
});

const tick: Tick = {
  host: 'h',
  boot: 'b',
  seq: 1,
  ts: 1000,
  intervalNs: 1e9,
  backend: 'ebpf',
  blind: [],
  samples: [
    process('web.service', 'nginx', 5, 100),
    process('web.service', 'sh', 2, 10),
    process('db.service', 'sh', 3, 20),
    process(null, 'cron', 1, 7),
    { kind: 'device', name: 'sda', values: new Map([['iops.read', 4]]) },
  ],
  links: [
    link('web.service/nginx', 'web.service/sh', 1),
    link('web.service/nginx', 'db.service/sh', 10),
    link('web.service/sh', 'db.service/sh', 100),
  ],
  linkSnapshot: false,
  markers: [{ ts: 1000, kind: 'unit-start', source: to('web.service/nginx'), text: 'started' }],
  lost: {},
};

function regrouped(group: 'scope' | 'exe') {
  const [merged] = unpackTicks(regroupBlock(packTicks([tick]), group));
  const samples = (merged as Tick).samples.map(({ name, values }) => [
    name,
    Object.fromEntries(values),
  ]);
  return { merged: merged as Tick, samples: Object.fromEntries(samples) };
}

describe('a block under coarser names', () => {
  it('adds processes of a unit up, and leaves what is no process as it is', () => {
    const { merged, samples } = regrouped('scope');
    expect(samples).toEqual({
      'web.service': { 'syscall.read.calls': 7, 'memory.rss': 110 },
      'db.service': { 'syscall.read.calls': 3, 'memory.rss': 20 },
      cron: { 'syscall.read.calls': 1, 'memory.rss': 7 },
      sda: { 'iops.read': 4 },
    });
    const web = merged.samples.find(({ name }) => name === 'web.service');
    expect(web?.attributes).toEqual({ scope: 'web.service' });
    expect(web?.histograms?.get('io.read.size')?.counts).toEqual(new Map([[70, 7]]));
  });

  it('adds an executable up over units', () => {
    const { samples } = regrouped('exe');
    expect(samples['sh']).toEqual({ 'syscall.read.calls': 5, 'memory.rss': 30 });
    expect(samples['nginx']).toEqual({ 'syscall.read.calls': 5, 'memory.rss': 100 });
  });

  it('merges links by their ends, drops those within a source, and renames markers', () => {
    const { merged } = regrouped('scope');
    expect(merged.links).toEqual([
      { ...link('web.service', 'db.service', 110), opened: 2, events: 4 },
    ]);
    expect(merged.markers[0]?.source).toEqual(to('web.service'));
  });

  it.each(['scope', 'exe'] as const)('changes nothing the second time: %s', (group) => {
    const once = regroupBlock(packTicks([tick]), group);
    expect(unpackTicks(regroupBlock(once, group))).toEqual(unpackTicks(once));
  });

  it('leaves its input untouched', () => {
    const block = packTicks([tick]);
    const before = structuredClone(block);
    regroupBlock(block, 'exe');
    expect(block).toEqual(before);
  });
});
