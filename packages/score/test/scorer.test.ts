import { blindBeyond, sourceKey } from '@ethogram/core';
import type { Model } from '@ethogram/model';
import { parseModel, serialiseModel } from '@ethogram/model';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createScorer, type TickScore } from '../src/index.js';
import { cut, processSample, syntheticBlocks, syntheticTicks } from './synthetic-host.js';
import { trainOn } from './trained.js';

const TRAINED = 1200;
const web = 'process:web.service/web';

/** Records name the checkpoint to replay them from: the one thing in which a restart shows. */
const withoutCheckpoint = (json: string): string =>
  json.replace(/"checkpoint":(null|"[0-9a-f]{16}")/g, '"checkpoint":null');

describe('a scorer of a short model', () => {
  let model: Model;
  beforeAll(async () => {
    model = await trainOn(syntheticBlocks({ ticks: TRAINED }));
  });

  const scoreAfter = (
    change: NonNullable<Parameters<typeof syntheticTicks>[0]['change']>,
    ticks = 120,
  ): TickScore[] => {
    const scorer = createScorer(model);
    return syntheticBlocks({ ticks, from: TRAINED, change }).flatMap((block) => scorer.push(block));
  };

  it('gives one result per tick, in order, and zero while it warms up', () => {
    const scores = scoreAfter(() => undefined);
    expect(scores.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 120 }, (_, i) => TRAINED + i),
    );
    expect(scores[0]?.score).toBe(0);
    expect(scores.slice(40).some(({ score }) => score > 0)).toBe(true);
  });

  it('stays quiet on what it has learned', () => {
    const scores = scoreAfter(() => undefined, 600);
    expect(scores.flatMap(({ anomalies }) => anomalies)).toEqual([]);
    expect(scores.filter(({ anomalous }) => anomalous)).toEqual([]);
  });

  it('gives the same to the bit however ticks are cut, and across a restart from a checkpoint', () => {
    const ticks = syntheticTicks({
      ticks: 150,
      from: TRAINED,
      change: (index, { samples }) => {
        if (index > TRAINED + 60) samples.push(processSample('sh', { execve: 1, read: 5 }));
        if (index > TRAINED + 80) samples[0] = processSample('web.service/web', { read: 9000 });
      },
    });
    const scorer = createScorer(model);
    const whole = JSON.stringify(
      cut(ticks, () => ticks.length).flatMap((block) => scorer.push(block)),
    );
    expect(whole).toContain('"checkpoint":null');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (lengths) => {
        const goesOn = createScorer(model);
        let resumed = createScorer(model);
        let at = 0;
        const scores: TickScore[] = [];
        for (const block of cut(ticks, () => lengths[at++ % lengths.length] ?? 1)) {
          const now = resumed.push(block);
          expect(JSON.stringify(goesOn.push(block))).toBe(JSON.stringify(now));
          scores.push(...now);
          const checkpoint = goesOn.checkpoint();
          expect(resumed.checkpoint()).toBe(checkpoint);
          resumed = createScorer(model, { checkpoint });
        }
        expect(withoutCheckpoint(JSON.stringify(scores))).toBe(withoutCheckpoint(whole));
      }),
      { numRuns: 8 },
    );
  });

  it('gives the same from a model that was saved and loaded', () => {
    const loaded = parseModel(serialiseModel(model));
    const blocks = syntheticBlocks({ ticks: 90, from: TRAINED });
    expect(blocks.flatMap((block) => createScorer(loaded).push(block))).toEqual(
      blocks.flatMap((block) => createScorer(model).push(block)),
    );
  });

  it('reports a new program once, in its first tick, with the parent beside it', () => {
    const at = TRAINED + 50;
    const scores = scoreAfter((index, { samples, links }) => {
      if (index < at) return;
      samples.push(processSample('sh', { execve: 1, read: 5 }));
      links.push({
        from: { kind: 'process', name: 'web.service/web' },
        to: { kind: 'process', name: 'sh' },
        kind: 'fork',
        opened: index === at ? 1 : 0,
        closed: 0,
        events: 1,
        bytes: 0,
      });
    });
    const records = scores.flatMap(({ anomalies }) => anomalies);
    const first = records.find(({ source }) => source.name === 'sh');
    expect(first?.kinds).toContain('novel');
    expect(scores.findIndex(({ anomalies }) => anomalies.some((a) => a.id === first?.id))).toBe(50);
    expect(first?.neighbours[0]?.source).toBe(web);
    expect(first?.severity).toBe('critical');
    expect(records.filter(({ source }) => source.name === 'sh')).toHaveLength(1);
    expect(new Set(records.map(({ incident }) => incident)).size).toBe(1);
  });

  it.each([
    ['a stranger', 'cron', ['miner', 'timeout', 'sh']],
    ['a service that never started one', 'web.service/web', ['sh', 'miner', 'timeout']],
  ])(
    'ranks new programs that %s started by their work, but who a learned service started first',
    (_, parent, ranks) => {
      const at = TRAINED + 50;
      const scores = scoreAfter((index, { samples, links }) => {
        if (index !== at) return;
        const chain = [parent, 'sh', 'timeout', 'miner'];
        for (const [i, name] of chain.slice(1).entries()) {
          const values = new Map([
            ['syscall.execve.calls', 1],
            ['cpu.ns', [1e6, 2e6, 130e6][i] as number],
          ]);
          samples.push({ kind: 'process', name, values });
          links.push({
            from: { kind: 'process', name: chain[i] as string },
            to: { kind: 'process', name },
            kind: 'fork',
            ...{ opened: 1, closed: 0, events: 1, bytes: 0 },
          });
        }
      });
      const told = scores[50]?.anomalies.map(({ source }) => source.name);
      expect(told?.slice(0, 3)).toEqual(ranks);
      const suspects = scores[50]?.incidents[0]?.suspects.map(({ source }) => source);
      expect(suspects?.slice(0, 3)).toEqual(ranks.map((name) => `process:${name}`));
    },
  );

  it('calls nothing new that its recording was told not to look at', async () => {
    const blinded = await trainOn(
      syntheticBlocks({ ticks: TRAINED }).map((block) => ({
        ...block,
        blind: [blindBeyond('*.service/*')],
      })),
    );
    const strangers = syntheticBlocks({
      ticks: 60,
      from: TRAINED,
      change: (index, { samples, links }) => {
        samples.push(processSample('bash', { read: 9 }));
        const to = { kind: 'process', name: 'bash' } as const;
        const from = { kind: 'process', name: 'web.service/web' } as const;
        links.push({ from, to, kind: 'fork', opened: 0, closed: 0, events: 1, bytes: 0 });
        if (index > TRAINED + 30) samples.push(processSample('new.service/x', { read: 9 }));
      },
    });
    const scorer = createScorer(blinded);
    const told = strangers.flatMap((block) => scorer.push(block)).flatMap((t) => t.anomalies);
    expect(told.map(({ source }) => source.name)).toEqual(['new.service/x']);
  });

  it('reports a call that a source never made', () => {
    const scores = scoreAfter((index, { samples }) => {
      if (index === TRAINED + 60) {
        const values = new Map(samples[1]?.values).set('syscall.ptrace.calls', 1);
        samples[1] = { kind: 'process', name: 'db.service/db', values };
      }
    });
    const record = scores[60]?.anomalies[0];
    expect(record?.kinds).toEqual(['novel']);
    expect(record?.reasons[0]).toMatchObject({
      metric: 'syscall.ptrace.calls',
      actual: 1,
      expected: [0, 0],
      firstSeen: true,
    });
  });

  it('sees a rate far outside of training within 15 ticks, names the source and the metric', () => {
    const scores = scoreAfter((index, { samples }) => {
      if (index < TRAINED + 60) return;
      const values = new Map(samples[2]?.values).set('iops.write', 900);
      samples[2] = { kind: 'device', name: 'vda', values };
    });
    const at = scores.findIndex(({ anomalies }) => anomalies.length > 0);
    expect(at).toBeGreaterThanOrEqual(60);
    expect(at).toBeLessThanOrEqual(75);
    const record = scores[at]?.anomalies[0];
    expect(record?.source).toEqual({ kind: 'device', name: 'vda' });
    expect(record?.reasons[0]?.metric).toBe('iops.write');
    expect(record?.reasons[0]?.actual).toBeGreaterThan(record?.reasons[0]?.expected[1] ?? 0);
  });

  it('sees another mix of calls at the same rate', () => {
    const scores = scoreAfter((index, { samples }) => {
      if (index < TRAINED + 60) return;
      const db = samples[1];
      const values = new Map(db?.values);
      const total = values.get('syscall.recvfrom.calls') ?? 0;
      values.set('syscall.recvfrom.calls', Math.round(total * 0.4));
      values.set('syscall.fsync.calls', Math.round(total * 0.6));
      samples[1] = { kind: 'process', name: 'db.service/db', values };
    });
    const records = scores.flatMap(({ anomalies }) => anomalies);
    expect(records[0]?.source.name).toBe('db.service/db');
    expect(records.some(({ kinds }) => kinds.includes('mix'))).toBe(true);
  });

  it('misses a source that stops, and says so', () => {
    const scores = scoreAfter((index, { samples }) => {
      if (index >= TRAINED + 50) samples.splice(1, 1);
    });
    const records = scores.flatMap(({ anomalies }) => anomalies);
    const absent = records.find(({ kinds }) => kinds.includes('absent'));
    expect(absent?.source.name).toBe('db.service/db');
  });

  it('keeps one incident open while a fault lasts, and closes it after', () => {
    const scores = scoreAfter((index, { samples }) => {
      if (index < TRAINED + 60 || index > TRAINED + 300) return;
      const values = new Map(samples[2]?.values).set('iops.write', 900);
      samples[2] = { kind: 'device', name: 'vda', values };
    }, 500);
    const ids = new Set(scores.flatMap(({ incidents }) => incidents.map(({ id }) => id)));
    expect(ids.size).toBe(1);
    expect(scores[300]?.anomalous).toBe(true);
    expect(scores.at(-1)?.anomalous).toBe(false);
    const last = scores.flatMap(({ incidents }) => incidents).at(-1);
    expect(last?.state).toBe('closed');
    expect(last?.suspects[0]?.source).toBe('device:vda');
  });

  it('tells of an incident that lasts every half hour, so that nobody takes it for over', () => {
    const scores = scoreAfter((index, { samples }) => {
      if (index < TRAINED + 60) return;
      const values = new Map(samples[2]?.values).set('iops.write', 900);
      samples[2] = { kind: 'device', name: 'vda', values };
    }, 6000);
    const told = scores.flatMap(({ ts, incidents }) =>
      incidents.map(({ state, end }) => ({ ts, state, behind: ts - Date.parse(end) })),
    );
    const last = told.slice(-3);
    expect(last.map(({ state, behind }) => [state, behind])).toEqual(Array(3).fill(['open', 0]));
    expect(last.slice(1).map(({ ts }, i) => ts - (last[i]?.ts ?? 0))).toEqual([1.8e6, 1.8e6]);
  });

  it('never scores our own recorder', () => {
    const scores = scoreAfter((index, { samples }) => {
      if (index < TRAINED + 30) return;
      samples[3] = {
        ...processSample('ethogram', { read: 100_000, openat: 5 }),
        attributes: { self: 'true' },
      };
    });
    expect(scores.flatMap(({ anomalies }) => anomalies)).toEqual([]);
    expect(scores[0]?.sources.map(({ source }) => source)).not.toContain(
      sourceKey({ kind: 'process', name: 'ethogram' }),
    );
  });

  it('refuses a checkpoint of another model, and a damaged one', async () => {
    const other = await trainOn(syntheticBlocks({ ticks: 60 }));
    const checkpoint = createScorer(other).checkpoint();
    expect(() => createScorer(model, { checkpoint })).toThrow(
      expect.objectContaining({ code: 'SCORE-1001' }),
    );
    const own = createScorer(model).checkpoint();
    expect(() => createScorer(model, { checkpoint: own.replace('ticks', 'tocks') })).toThrow(
      expect.objectContaining({ code: 'SCORE-1002' }),
    );
  });
});

describe('a scorer of a provisional model', () => {
  it('quotes no p, raises no alarm for rates, and still sees what is new', async () => {
    const model = await trainOn(syntheticBlocks({ ticks: 60 }));
    const [block] = syntheticBlocks({
      ticks: 60,
      from: 60,
      change: (index, { samples }) => {
        if (index >= 80)
          samples[2] = { kind: 'device', name: 'vda', values: new Map([['iops.write', 1e5]]) };
        if (index >= 90) samples.push(processSample('sh', { execve: 1 }));
      },
    });
    if (!block) throw new Error('expected a block');
    const records = createScorer(model)
      .push(block)
      .flatMap(({ anomalies }) => anomalies);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      kinds: ['novel'],
      p: null,
      regime: 'provisional',
      source: { name: 'sh' },
    });
    expect(records[0]).not.toHaveProperty('pBelow');
  });
});

describe('an alarm that stays open', () => {
  it('neither silences itself nor hides what goes wrong next in the same source', async () => {
    const model = await trainOn(syntheticBlocks({ ticks: TRAINED }));
    const scorer = createScorer(model);
    const scores = syntheticBlocks({
      ticks: 2400,
      from: TRAINED,
      change: (index, { samples }) => {
        if (index < TRAINED + 100) return;
        const values = new Map(samples[2]?.values).set('iops.read', 200);
        if (index >= TRAINED + 2000) values.set('iops.write', 50_000);
        samples[2] = { kind: 'device', name: 'vda', values };
      },
    }).flatMap((block) => scorer.push(block));
    expect(scores.findIndex(({ anomalous }, i) => i >= 115 && !anomalous)).toBe(-1);
    const late = scores.slice(2000, 2015).flatMap(({ anomalies }) => anomalies);
    expect(late[0]?.reasons.map(({ metric }) => metric)).toContain('iops.write');
    expect(new Set(scores.flatMap(({ incidents }) => incidents.map(({ id }) => id))).size).toBe(1);
  });
});
