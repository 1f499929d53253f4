import { histogramOf, quantizeScheme } from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText, valuesOf } from './read-text.js';

const bpftrace = `{"type": "attached_probes", "data": {"probes": 2}}
{"type": "time", "data": "2024-05-01T00:00:00+0000\\n"}
{"type": "map", "data": {"@reads": {"nginx": 5, "redis": 7}}}
{"type": "hist", "data": {"@bytes": {"nginx": [{"min": 0, "max": 0, "count": 1}, {"min": 1, "max": 1, "count": 0}, {"min": 2, "max": 3, "count": 2}]}}}
{"type": "time", "data": "2024-05-01T00:00:01+0000\\n"}
{"type": "map", "data": {"@reads": {"nginx": 0}}}
{"type": "lost_events", "data": {"events": 3}}


{"type": "map", "data": {"@reads": {"nginx": 1}}}
`;

describe('the output of bpftrace -f json', () => {
  it('is a tick from each printed time to the next, without what it prints again at its end', async () => {
    const ticks = await readText(bpftrace);
    expect(ticks.map((tick) => [tick.ts, valuesOf(tick), tick.lost])).toEqual([
      [
        1_714_521_600_000,
        [
          ['custom:nginx', { reads: 5 }],
          ['custom:redis', { reads: 7 }],
        ],
        {},
      ],
      [1_714_521_601_000, [['custom:nginx', { reads: 0 }]], { 'bpftrace events': 3 }],
    ]);
    expect(ticks[0]?.samples[0]?.histograms?.get('bytes')).toEqual(
      histogramOf(quantizeScheme(), [0, 2, 3]),
    );
  });

  it('may be metrics of one source', async () => {
    const [tick] = await readText(bpftrace, { source: 'probe' });
    expect(valuesOf(tick)).toEqual([['custom:probe', { 'reads.nginx': 5, 'reads.redis': 7 }]]);
  });

  it('without times is cut where a map is printed again, and needs a start', async () => {
    const text = '{"type":"map","data":{"@a":1}}\n{"type":"map","data":{"@a":2,"@b":3}}\n';
    await expect(readText(text)).rejects.toMatchObject({ code: 'FORMAT-1006', exitCode: 2 });
    const ticks = await readText(text, { startMs: 5000, intervalMs: 2000 });
    expect(ticks.map((tick) => [tick.ts, tick.intervalNs, valuesOf(tick)])).toEqual([
      [5000, 2e9, [['custom:bpftrace', { a: 1 }]]],
      [7000, 2e9, [['custom:bpftrace', { a: 2, b: 3 }]]],
    ]);
  });

  it('with times of day runs on over midnight from its start', async () => {
    const at = (time: string) =>
      `{"type":"time","data":"${time}\\n"}\n{"type":"map","data":{"@a":1}}\n`;
    const text = at('23:59:59') + at('00:00:00') + at('12:00:00');
    const ticks = await readText(text, { startMs: Date.UTC(2024, 4, 1, 23, 59, 58, 700) });
    expect(ticks.map(({ ts }) => new Date(ts).toISOString())).toEqual([
      '2024-05-01T23:59:59.000Z',
      '2024-05-02T00:00:00.000Z',
      '2024-05-02T12:00:00.000Z',
    ]);
  });

  it('is refused at the line that is none of it', async () => {
    await expect(readText(`${bpftrace}{"type": "map", "data": 7}\n`)).rejects.toMatchObject({
      code: 'FORMAT-1001',
      message: expect.stringContaining('-:11:1: expected {"@name": …} as data'),
    });
  });
});

const dtrace = `2024 May  1 00:00:00
  nginx                                                             5
  redis  read                                                       7

  sda
           value  ------------- Distribution ------------- count
               0 |                                         0
               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@              2
               2 |                                         0
               4 |@@@@@@@@@@@@@                            1
               8 |                                         0

2024 May  1 00:00:10
  nginx                                                             0
`;

describe('what DTrace prints', () => {
  it('is a tick from each printed time to the next', async () => {
    const ticks = await readText(dtrace);
    expect(ticks.map((tick) => [tick.ts, tick.intervalNs, valuesOf(tick)])).toEqual([
      [
        1_714_521_600_000,
        10e9,
        [
          ['custom:nginx', { value: 5 }],
          ['custom:redis', { read: 7 }],
          ['custom:sda', {}],
        ],
      ],
      [1_714_521_610_000, 10e9, [['custom:nginx', { value: 0 }]]],
    ]);
    expect(ticks[0]?.samples[2]?.histograms?.get('value')).toEqual(
      histogramOf(quantizeScheme(), [1, 1, 4]),
    );
  });

  it('is one tick where nothing is printed twice', async () => {
    const text = '\n  nginx                  5\n  redis                  7\n';
    const ticks = await readText(text, { format: 'dtrace', startMs: 0 });
    expect(ticks.map(valuesOf)).toEqual([
      [
        ['custom:nginx', { value: 5 }],
        ['custom:redis', { value: 7 }],
      ],
    ]);
  });
});

describe('the output of a tracer', () => {
  it('never fails but with a code, whatever it holds', async () => {
    const parts = [...bpftrace.split('\n'), ...dtrace.split('\n')];
    const line = fc.oneof(
      fc.constantFrom(...parts),
      fc.constantFrom(
        '   99999999999999999999999999999999999999999 |@ 1',
        '             < 1 |      3',
        '          >= 100 |      7',
        '{"type":"hist","data":{"@":[{"min":4611686018427387904,"max":9223372036854775807,"count":1}]}}',
        '{"type":"lhist","data":{"@":[{"min":0,"max":1e300,"count":1}]}}',
      ),
      fc.string(),
      fc.tuple(fc.constantFrom(...parts), fc.nat(80)).map(([text, at]) => text.slice(at)),
    );
    const text = fc.array(line, { minLength: 1, maxLength: 12 }).map((lines) => lines.join('\n'));
    const format = fc.constantFrom('bpftrace', 'dtrace');
    await fc.assert(
      fc.asyncProperty(text, format, fc.boolean(), async (content, tracer, partial) => {
        try {
          const ticks = await readText(content, { format: tracer, partial, startMs: 0 });
          expect(ticks.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^FORMAT-100[156]$/) });
        }
      }),
      { numRuns: 300 },
    );
  });
});
