import { seededRng } from '@ethogram/core';
import { graphPartSchema } from '@ethogram/model';
import { describe, expect, it } from 'vitest';
import type { LearnGraphInput } from '../../src/graph/learn-graph.js';
import { learnGraph } from '../../src/graph/learn-graph.js';
import { GOLDEN_NAMES, goldenScene } from './golden-scene.js';

function golden(extra: Partial<LearnGraphInput> = {}): LearnGraphInput {
  const rows = goldenScene();
  const sources = GOLDEN_NAMES.map((name) => ({
    kind: name === 'iops' ? ('device' as const) : ('process' as const),
    name,
    metric: 'syscall.calls',
  }));
  return {
    range: { from: 0, to: 240_000 },
    stepMs: 1000,
    sources,
    activity: GOLDEN_NAMES.map((_, i) =>
      Float64Array.from({ length: 240 }, (_, t) => 100 + (rows[t * 6 + i] as number)),
    ),
    links: [],
    ...extra,
  };
}

async function acceptedNames(input: LearnGraphInput): Promise<string[]> {
  const part = await learnGraph(input);
  return part.inferred
    .filter((edge) => edge.accepted)
    .map((edge) => `${part.nodes[edge.a]?.name}–${part.nodes[edge.b]?.name}`)
    .sort();
}

describe('learnGraph', () => {
  it('finds the three dependences of the golden scene and not the indirect one', async () => {
    expect(await acceptedNames(golden())).toEqual(['httpd–tcp', 'python–qemu', 'qemu–iops']);
  });

  it('gives a part that its schema accepts and that survives JSON', async () => {
    const part = await learnGraph(golden());
    expect(graphPartSchema.parse(JSON.parse(JSON.stringify(part)))).toEqual(part);
  });

  it('gives the same bytes for the same input and seed, whatever the order of the sources', async () => {
    const input = golden();
    const turned = {
      ...input,
      sources: [...input.sources].reverse(),
      activity: [...input.activity].reverse(),
    };
    const text = JSON.stringify(await learnGraph(input));
    expect(JSON.stringify(await learnGraph(input))).toBe(text);
    expect(JSON.stringify(await learnGraph(turned))).toBe(text);
  });

  it('leaves its input untouched', async () => {
    const input = golden();
    const before = JSON.stringify(input.activity.map((values) => Array.from(values ?? [])));
    await learnGraph(input);
    expect(JSON.stringify(input.activity.map((values) => Array.from(values ?? [])))).toBe(before);
  });

  it('marks fewer than 600 samples as a preview and infers nothing from fewer than 60', async () => {
    expect(await learnGraph(golden())).toMatchObject({ preview: true, mode: 'full', n: 240 });
    const short = golden();
    const part = await learnGraph({
      ...short,
      activity: short.activity.map((values) => values?.slice(0, 59) ?? null),
    });
    expect(part).toMatchObject({ mode: 'none', inferred: [] });
  });

  it('isolates idle, constant and unmeasured sources with their reason', async () => {
    const input = golden();
    const part = await learnGraph({
      ...input,
      sources: [
        ...input.sources,
        { kind: 'process', name: 'idle', metric: 'syscall.calls' },
        { kind: 'process', name: 'steady', metric: 'syscall.calls' },
        { kind: 'custom', name: 'unmeasured', metric: null },
      ],
      activity: [
        ...input.activity,
        Float64Array.from({ length: 240 }, (_, t) => (t % 100 === 0 ? 5 : 0)),
        new Float64Array(240).fill(7),
        null,
      ],
    });
    const reasons = new Map(part.nodes.map((node) => [node.name, node.reason]));
    expect(reasons.get('idle')).toBe('insufficient data');
    expect(reasons.get('steady')).toBe('constant');
    expect(reasons.get('unmeasured')).toBe('no activity series');
    expect(reasons.get('qemu')).toBeNull();
  });

  it('keeps one edge for a duplicate, to the source that stands for it', async () => {
    const input = golden();
    const twin = input.activity[1] as Float64Array;
    const names = await acceptedNames({
      ...input,
      sources: [...input.sources, { kind: 'device', name: 'iops1', metric: 'iops' }],
      activity: [...input.activity, twin.map((value) => value * 3)],
    });
    expect(names).toEqual(['httpd–tcp', 'iops–iops1', 'python–qemu', 'qemu–iops']);
  });

  it('takes two timers of one period for no dependence, together or one after the other', async () => {
    const rng = seededRng(3);
    const series = (value: (t: number) => number) =>
      Float64Array.from({ length: 600 }, (_, t) => value(t));
    const activity = [
      series((t) => (t % 5 === 0 ? 9 : 0)),
      series((t) => (t % 5 === 0 ? 4 : 0)),
      series((t) => (t % 5 === 1 ? 6 + rng.next() : rng.next() / 9)),
      series(() => rng.next()),
    ];
    const sources = activity.map((_, i) => ({
      kind: 'process' as const,
      name: `p${i}`,
      metric: 'syscall.calls',
    }));
    expect(await acceptedNames(golden({ sources, activity }))).toEqual([]);
    const short = activity.map((values) => values.slice(0, 100));
    expect(await acceptedNames(golden({ sources, activity: short }))).toEqual([]);
  });

  it('skips rows in which nothing was recorded and takes single holes as unknown', async () => {
    const input = golden();
    const holes = input.activity.map((values, i) =>
      Float64Array.from({ length: 250 }, (_, t) =>
        t < 10 || (i === 5 && t === 30) ? Number.NaN : (values?.[t - 10] as number),
      ),
    );
    const part = await learnGraph({ ...input, activity: holes });
    expect(part.n).toBe(240);
    expect(part.inferred.filter((edge) => edge.accepted)).toHaveLength(3);
  });

  it('turns ends of links that are no sources into nodes', async () => {
    const part = await learnGraph(
      golden({
        links: [
          {
            from: { kind: 'endpoint', name: 'remote:10.0.0.0/24' },
            to: { kind: 'process', name: 'httpd' },
            kind: 'tcp',
            opened: 2,
            events: 9,
            bytes: 100,
            firstSeen: 1000,
            lastSeen: 2000,
          },
        ],
      }),
    );
    const [edge] = part.observed;
    expect(part.nodes[edge?.from as number]).toMatchObject({
      kind: 'endpoint',
      state: 'insufficient data',
    });
    expect(part.nodes[edge?.to as number]?.name).toBe('httpd');
  });

  it('refuses series of unequal length and stops when aborted', async () => {
    const input = golden();
    const uneven = { ...input, activity: [new Float64Array(3), ...input.activity.slice(1)] };
    await expect(learnGraph(uneven)).rejects.toThrow(/series of one length/);
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(learnGraph({ ...input, signal })).rejects.toThrow('stop');
  });
});
