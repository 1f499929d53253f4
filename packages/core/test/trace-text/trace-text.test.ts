import {
  DtraceTextParser,
  histogramOf,
  llquantizeScheme,
  lquantizeScheme,
  type PrintedBucket,
  parseBpftraceLine,
  printedHistogram,
  quantizeScheme,
  SchemeGuess,
  type TraceItem,
  traceSeries,
} from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const dtrace = (text: string): TraceItem[] => {
  const parser = new DtraceTextParser();
  return [...text.split('\n').flatMap((line) => parser.push(line)), ...parser.end()];
};
const aggregations = (items: readonly TraceItem[]) =>
  items.flatMap((item) => (item.kind === 'aggregation' ? [item.aggregation] : []));

describe('a line of bpftrace -f json', () => {
  it('gives numbers of maps, whole and by key', () => {
    const items = parseBpftraceLine(
      '{"type": "map", "data": {"@k": {"a b,3": 7, "x": -8}, "@": 5}}',
    );
    expect(aggregations(items)).toEqual([
      { name: 'k', keys: ['a b', '3'], result: 7 },
      { name: 'k', keys: ['x'], result: -8 },
      { name: '', keys: [], result: 5 },
    ]);
  });

  it('gives the parts of statistics, and an average alone as it is', () => {
    const stats = '{"type":"stats","data":{"@s":{"k":{"count":2,"average":6,"total":13}},"@a":5}}';
    expect(aggregations(parseBpftraceLine(stats))).toEqual([
      { name: 's.count', keys: ['k'], result: 2 },
      { name: 's.average', keys: ['k'], result: 6 },
      { name: 's.total', keys: ['k'], result: 13 },
      { name: 'a', keys: [], result: 5 },
    ]);
  });

  it('gives the rows of histograms, open at their ends', () => {
    const rows = '[{"max":-1,"count":1},{"min":0,"max":9,"count":2},{"min":10,"count":3}]';
    expect(aggregations(parseBpftraceLine(`{"type":"hist","data":{"@l":${rows}}}`))).toEqual([
      {
        name: 'l',
        keys: [],
        result: [
          { side: 'below', at: 0, count: 1 },
          { side: 'within', at: 0, to: 9, count: 2 },
          { side: 'above', at: 10, count: 3 },
        ],
      },
    ]);
  });

  it('gives text and losses', () => {
    expect(parseBpftraceLine('{"type": "time", "data": "12:00:01\\n"}')).toEqual([
      { kind: 'text', text: '12:00:01' },
    ]);
    expect(parseBpftraceLine('{"type": "lost_events", "data": {"events": 9}}')).toEqual([
      { kind: 'lost', cause: 'bpftrace events', count: 9 },
    ]);
  });

  it.each([
    '',
    '{"type": "attached_probes", "data": {"probes": 1}}',
    '{"type": "map", "data": {"@str": "hello"}}',
    '{"type": "map", "data": {"@tuple": {"1": [1,2,"x"]}}}',
    '{"type": "value", "data": ["a",1]}',
  ])('gives nothing of %j', (line) => {
    expect(parseBpftraceLine(line)).toEqual([]);
  });

  it.each([
    'Attaching 1 probe...',
    '[]',
    '{"data": 1}',
    '{"type": "map", "data": 5}',
    '{"type": "hist", "data": {"@h": [{"min": 5, "max": 4, "count": 1}]}}',
    '{"type": "lost_events", "data": {}}',
  ])('says that %j is malformed', (line) => {
    expect(parseBpftraceLine(line)).toMatchObject([{ kind: 'malformed' }]);
  });

  it('never throws', () => {
    const value = fc.jsonValue();
    fc.assert(
      fc.property(
        fc.constantFrom('map', 'hist', 'stats', 'printf', 'lost_events'),
        value,
        (type, data) => {
          parseBpftraceLine(JSON.stringify({ type, data }));
          parseBpftraceLine(JSON.stringify({ type, data: { '@x': data } }));
        },
      ),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseBpftraceLine(text)));
  });
});

describe('what DTrace prints', () => {
  it('is read from tables, with keys of one, several and no parts', () => {
    const text = [
      '  nginx                                                             5',
      '  redis-server  read                                              -12',
      '',
      '               42',
    ].join('\n');
    expect(aggregations(dtrace(text))).toEqual([
      { name: '', keys: ['nginx'], result: 5 },
      { name: '', keys: ['redis-server', 'read'], result: -12 },
      { name: '', keys: [], result: 42 },
    ]);
  });

  it('is read from stacks as one key', () => {
    const text =
      '\n              libc.so.1`write+0x15\n              app`main+0x1\n                2\n';
    expect(aggregations(dtrace(text))).toEqual([
      { name: '', keys: ['libc.so.1`write+0x15;app`main+0x1'], result: 2 },
    ]);
  });

  it('is read from the bars of quantize and lquantize', () => {
    const text = `
  nginx
           value  ------------- Distribution ------------- count
              -2 |                                         0
              -1 |@@@@@@@@@@@@@                            1
               0 |                                         0
               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@              2
               2 |                                         0

  sda
           value  ------------- Distribution ------------- count
             < 0 |@@@@                                     1
               0 |                                         0
              10 |@@@@@@@@                                 2
           >= 20 |@@@@                                     1
`;
    expect(aggregations(dtrace(text))).toEqual([
      {
        name: '',
        keys: ['nginx'],
        result: [
          { side: 'within', at: -2, to: -2, count: 0 },
          { side: 'within', at: -1, to: -1, count: 1 },
          { side: 'within', at: 0, to: 0, count: 0 },
          { side: 'within', at: 1, to: 1, count: 2 },
          { side: 'within', at: 2, count: 0 },
        ],
      },
      {
        name: '',
        keys: ['sda'],
        result: [
          { side: 'below', at: 0, count: 1 },
          { side: 'within', at: 0, to: 9, count: 0 },
          { side: 'within', at: 10, to: 19, count: 2 },
          { side: 'above', at: 20, count: 1 },
        ],
      },
    ]);
  });

  it('is read from bars of keys (agghist)', () => {
    const text = `
              key  ------------- Distribution ------------- count
            nginx |@@@@@@@@@@@@@@@@@@@@@@@@@@@              12
            redis |@@@@@@@@@@@@@                            6
`;
    expect(aggregations(dtrace(text))).toEqual([
      { name: '', keys: ['nginx'], result: 12 },
      { name: '', keys: ['redis'], result: 6 },
    ]);
  });

  it('holds text, drops, and rows that are none', () => {
    const text = `2026 May  1 00:00:00
dtrace: 5 aggregation drops on CPU 0
           value  ------------- Distribution ------------- count
               1 |@@ x
`;
    expect(dtrace(text)).toEqual([
      { kind: 'text', text: '2026 May  1 00:00:00' },
      { kind: 'lost', cause: 'dtrace aggregation drops', count: 5 },
      {
        kind: 'malformed',
        expected: 'a row of a distribution',
        found: '               1 |@@ x',
      },
    ]);
  });

  it('never throws', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '           value  ------------- Distribution ------------- count',
        '             key  ------------- Distribution ------------- count',
        '               1 |@@@   5',
        '             < 1 |      0',
        '          >= 100 |      7',
        '  key            3',
        '   99999999999999999999999999999999999999 |@ 1',
        '',
      ),
      fc.string(),
    );
    fc.assert(fc.property(fc.array(line), (lines) => void dtrace(lines.join('\n'))));
  });
});

describe('the scheme of printed rows', () => {
  const schemes = fc.oneof(
    fc.constant(quantizeScheme()),
    fc
      .tuple(
        fc.integer({ min: -500, max: 500 }),
        fc.integer({ min: 3, max: 50 }),
        fc.constantFrom(5, 10, 25, 100, 1_000_000),
      )
      .map(([base, levels, step]) => lquantizeScheme(base * step, (base + levels) * step, step)),
    fc.constantFrom(
      llquantizeScheme(10, 0, 6, 20),
      llquantizeScheme(10, 3, 9, 10),
      llquantizeScheme(2, 3, 30, 4),
    ),
  );

  /** Every bucket from the lowest to the highest, as both tracers print them. */
  const printed = (
    scheme: ReturnType<typeof quantizeScheme>,
    values: readonly number[],
  ): PrintedBucket[] => {
    const { counts } = histogramOf(scheme, values);
    const rows: PrintedBucket[] = [];
    for (let bucket = 0; bucket < scheme.buckets; bucket++) {
      const count = counts.get(bucket) ?? 0;
      const low = scheme.lowerBound(bucket);
      const high = scheme.upperBound(bucket);
      if (low === Number.NEGATIVE_INFINITY) rows.push({ side: 'below', at: high + 1, count });
      else if (high === Number.POSITIVE_INFINITY) rows.push({ side: 'above', at: low, count });
      else if (scheme.text !== 'quantize') rows.push({ side: 'within', at: low, to: high, count });
      else rows.push({ side: 'within', at: low < 0 ? high : low, count });
    }
    return rows;
  };

  it('is the one that made them, and gives the counts back', () => {
    fc.assert(
      fc.property(schemes, fc.array(fc.integer()), (scheme, values) => {
        const rows = printed(scheme, values);
        const guess = new SchemeGuess();
        guess.add(rows);
        const found = guess.scheme();
        expect(found?.text).toBe(scheme.text);
        expect(printedHistogram(scheme, rows)).toEqual(histogramOf(scheme, values));
      }),
    );
  });

  it('is told from several prints where one does not say', () => {
    const guess = new SchemeGuess();
    guess.add([{ side: 'within', at: 10, to: 19, count: 1 }]);
    guess.add([{ side: 'within', at: 40, to: 49, count: 1 }]);
    expect(guess.scheme()?.text).toBe('lquantize:10,50,10');
  });

  it('is not made up for rows that no scheme has', () => {
    const guess = new SchemeGuess();
    guess.add([
      { side: 'within', at: 1, to: 3, count: 1 },
      { side: 'within', at: 4, to: 11, count: 1 },
      { side: 'within', at: 12, to: 13, count: 1 },
    ]);
    expect(guess.scheme()).toBeUndefined();
  });
});

describe('where an aggregation is kept', () => {
  it.each([
    [{ name: 'reads', keys: [] }, 'bpftrace', 'reads'],
    [{ name: 'reads', keys: ['nginx'] }, 'nginx', 'reads'],
    [{ name: 'calls', keys: ['nginx', '3'] }, 'nginx', 'calls.3'],
    [{ name: '', keys: ['nginx'] }, 'nginx', 'value'],
    [{ name: '', keys: ['nginx', 'read'] }, 'nginx', 'read'],
    [{ name: '', keys: [''] }, 'bpftrace', 'value'],
  ])('%j is metric of the first key', (aggregation, name, metric) => {
    expect(traceSeries(aggregation, { fallback: 'bpftrace' })).toEqual({
      source: { kind: 'custom', name },
      metric,
    });
  });

  it('is the one source that was asked for, its keys in the metric', () => {
    const source = { kind: 'custom', name: 'mine' } as const;
    expect(traceSeries({ name: 'calls', keys: ['nginx', '3'] }, { source, fallback: 'x' })).toEqual(
      { source, metric: 'calls.nginx.3' },
    );
  });
});
