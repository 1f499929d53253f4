import { describe, expect, it } from 'vitest';
import { identify } from '../../src/identity/identify.js';
import { assembleTick } from '../../src/tick/assemble-tick.js';
import { SourceAdmission } from '../../src/tick/source-limits.js';
import { TickDraft } from '../../src/tick/tick-draft.js';

const named = (comm: string) => identify({ pid: 1, comm, kernelThread: false }, { group: 'unit' });

const origin = { host: 'h', boot: 'b', backend: 'procfs', blind: ['syscall'] };
const stamp = { seq: 4, ts: 9, intervalNs: 7, markers: [], missed: 2 };

describe('drafting a tick', () => {
  it('adds up the instances of one source', () => {
    const draft = new TickDraft(new SourceAdmission({ maxSources: 5 }));
    for (const cpu of [3, 4]) {
      const source = draft.process(named('a'));
      source?.add('cpu.ns', cpu);
      source?.add('thread.count', 1);
      source?.count('io.read.size', 'quantize', 10, cpu);
    }
    const [sample] = draft.samples();
    expect(Object.fromEntries(sample?.values ?? [])).toEqual({ 'cpu.ns': 7, 'thread.count': 2 });
    expect(sample?.histograms?.get('io.read.size')?.counts.get(10)).toBe(7);
  });

  it('leaves counters of zero out and keeps gauges of zero', () => {
    const draft = new TickDraft(new SourceAdmission({ maxSources: 5 }));
    const source = draft.process(named('a'));
    source?.add('cpu.ns', 0);
    source?.add('fd.count', 0);
    expect([...(draft.samples()[0]?.values ?? [])]).toEqual([['fd.count', 0]]);
  });

  it('puts the sources over the limit into other, and counts each of them once a tick', () => {
    const admission = new SourceAdmission({ maxSources: 2 });
    const draft = new TickDraft(admission);
    for (const comm of ['a', 'b', 'c', 'd', 'c']) draft.process(named(comm))?.add('cpu.ns', 1);
    const tick = assembleTick(origin, stamp, draft);
    expect(tick.samples.map((s) => [s.name, s.values.get('cpu.ns')])).toEqual([
      ['a', 1],
      ['b', 1],
      ['other', 3],
    ]);
    expect(tick.lost).toEqual({ 'sources.over-limit': 2, 'tick.late': 2 });
  });

  it('lets a name keep its place while it is used, and gives it away 600 ticks later', () => {
    const admission = new SourceAdmission({ maxSources: 1 });
    expect(admission.admit('a')).toBe('a');
    for (let tick = 0; tick < 600; tick++) admission.nextTick();
    expect(admission.admit('b')).toBe('other');
    admission.nextTick();
    expect(admission.admit('b')).toBe('b');
    expect(admission.admit('a')).toBe('other');
  });

  it('leaves out processes that do not match, without calling it a loss', () => {
    const admission = new SourceAdmission({ maxSources: 5, match: 'nginx*/?ginx' });
    const draft = new TickDraft(admission);
    expect(draft.process(named('redis'))).toBeUndefined();
    expect(draft.processId(named('redis'))).toBeUndefined();
    draft.source('device', 'sda').add('queue.depth', 0);
    expect(draft.samples().map((sample) => sample.name)).toEqual(['sda']);
    expect(draft.lost()).toEqual({});
    expect(admission.admit('nginx.service/nginx')).toBe('nginx.service/nginx');
  });

  it('finds room for our own work on a host that is full', () => {
    const draft = new TickDraft(new SourceAdmission({ maxSources: 1 }));
    draft.process(named('nginx'))?.add('cpu.ns', 1);
    const own = { pid: 2, comm: 'node', kernelThread: false, own: true };
    draft.process(identify(own, { group: 'unit' }))?.add('cpu.ns', 1);
    draft.process(named('redis'))?.add('cpu.ns', 1);
    expect(draft.samples().map(({ name }) => name)).toEqual(['nginx', 'other', 'self/ethogram']);
  });

  it('leaves room for others where one unit makes up names, but not in the first tick', () => {
    const admission = new SourceAdmission({ maxSources: 500 });
    const admitted = (scope: string, from: number) =>
      Array.from({ length: 200 }, (_, i) => admission.admit(`${scope}/p${from + i}`, scope)).filter(
        (name) => name !== 'other',
      ).length;
    admission.nextTick();
    expect(admitted('old.service', 0)).toBe(200);
    admission.nextTick();
    expect(admitted('flood.service', 0)).toBe(50);
    expect(admission.admit('nginx.service/nginx', 'nginx.service')).toBe('nginx.service/nginx');
    expect(admitted('old.service', 0)).toBe(200);
    admission.nextTick();
    expect(admitted('flood.service', 0)).toBe(100);
  });

  it('orders samples by kind and name, so that the same tick is the same bytes', () => {
    const draft = new TickDraft(new SourceAdmission({ maxSources: 5 }));
    draft.source('host', 'host').add('task.count', 1);
    draft.process(named('z'))?.add('cpu.ns', 1);
    draft.sample({ kind: 'device', name: 'sda', values: new Map([['iops.read', 1]]) });
    draft.process(named('a'))?.add('cpu.ns', 1);
    expect(draft.samples().map((s) => s.name)).toEqual(['a', 'z', 'sda', 'host']);
  });
});
