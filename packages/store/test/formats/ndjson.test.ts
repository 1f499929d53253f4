import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFault } from '../../src/formats/json-fault.js';
import { readText, valuesOf } from './read-text.js';

const read = (text: string, partial = false, onProblem?: (error: Error) => void) =>
  readText(text, { format: 'ndjson', partial, ...(onProblem ? { onProblem } : {}) });

const line = (ts: unknown, source: unknown, metric: unknown, value: unknown): string =>
  `${JSON.stringify({ ts, source, metric, value })}\n`;

describe('lines of JSON', () => {
  it('of one instant and host make one tick', async () => {
    const ticks = await read(
      line('2024-05-01T00:00:00Z', { kind: 'process', name: 'nginx' }, 'cpu.ns', 5) +
        line('2024-05-01T00:00:00Z', { host: 'db', name: 'redis' }, 'cpu.ns', 7) +
        line('2024-05-01T00:00:00Z', 'oven', 'temperature', 0) +
        line('2024-05-01T00:00:01Z', { host: 'here', name: 'nginx' }, 'cpu.ns', 6),
    );
    expect(ticks.map((tick) => [tick.host, tick.seq, valuesOf(tick)])).toEqual([
      [
        'here',
        0,
        [
          ['process:nginx', { 'cpu.ns': 5 }],
          ['custom:oven', { temperature: 0 }],
        ],
      ],
      ['here', 1, [['process:nginx', { 'cpu.ns': 6 }]]],
      ['db', 0, [['process:redis', { 'cpu.ns': 7 }]]],
    ]);
  });

  it('may be metrics of one source, with what was the source before the metric', async () => {
    const text = `${line(1, { name: 'a' }, 'x', 1)}{"ts":1,"metric":"y","value":2}\n`;
    expect(valuesOf((await readText(text, { format: 'ndjson', source: 'm' }))[0])).toEqual([
      ['custom:m', { 'a/x': 1, y: 2 }],
    ]);
  });

  it('hold distributions', async () => {
    const histogram = { scheme: 'lquantize:0,100,10', counts: { 3: 5, 0: 1 } };
    const text = JSON.stringify({ ts: 1, source: { name: 'a' }, metric: 'h', histogram });
    const [tick] = await read(text);
    expect(tick?.samples[0]?.histograms?.get('h')).toEqual({
      scheme: 'lquantize:0,100,10',
      counts: new Map([
        [0, 1],
        [3, 5],
      ]),
    });
  });
});

describe('a malformed line of JSON', () => {
  const good = line(1, { name: 'a' }, 'm', 1);

  it.each([
    [`${good}{"ts":1,}\n`, '-:2:9: expected a name in quotes, found "}"'],
    [`{"ts" 1}\n`, '-:1:7: expected a colon, found "1}"'],
    [`{"ts":[1 2]}\n`, '-:1:10: expected a comma or ], found "2]}"'],
    [`{"ts":1`, '-:1:8: expected a comma or }, found the end of the line'],
    [`{"ts":01}\n`, '-:1:8: expected a comma or }, found "1}"'],
    [`{} x\n`, '-:1:4: expected the end of the line, found "x"'],
    ['[1]\n', '-:1:1: expected a JSON object, found "[1]"'],
    ['{"metric":"m"}\n', '-:1:1: expected "ts": a time'],
    [line('soon', { name: 'a' }, 'm', 1), '-:1:1: expected "ts": a time'],
    [line(1, { name: 'a', host: 5 }, 'm', 1), '-:1:1: expected "host": a name'],
    [line(1, { kind: 'thread', name: 'a' }, 'm', 1), '-:1:1: expected "source"'],
    [line(1, { name: '' }, 'm', 1), '-:1:1: expected "source"'],
    [line(1, { name: 'a' }, '', 1), '-:1:1: expected "metric": a name, found ""'],
    [line(1, { name: 'a' }, 'm', '1'), '-:1:1: expected "value": a finite number, found "1"'],
    ['{"ts":1,"source":"a","metric":"m","value":1e999}', '-:1:1: expected "value": a finite'],
    [good + good, '-:2:1: expected each metric of a source once per instant'],
    [good + line(0, { name: 'a' }, 'm', 1), '-:2:1: expected a time from'],
    ['{"ts":1,"source":"a","metric":"m","histogram":{"scheme":"log","counts":{}}}', 'a scheme of'],
    [
      '{"ts":1,"source":"a","metric":"m","histogram":{"scheme":"quantize","counts":{"127":1}}}',
      '-:1:1: expected buckets below 127, each once, with counts from 1 on, found 127: 1',
    ],
    ['{"type":"tick","ts":1,"seq":-1}\n', '-:1:1: expected seq as docs/formats.md says'],
    ['{"type":"tick","ts":1,"sequence":1}\n', '-:1:1: expected an object as docs/formats.md says'],
  ])('%j is refused with its place', async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'FORMAT-1001',
      exitCode: 2,
      message: expect.stringContaining(message),
    });
  });

  it('is left out and counted where a partial import was asked for', async () => {
    const problems: string[] = [];
    const text = `${good}x\n${line(1, { name: 'b' }, 'm', 2)}${line(1, { name: 'c' }, 'm', 'x')}`;
    const ticks = await read(text, true, ({ message }) => problems.push(message.slice(0, 6)));
    expect(valuesOf(ticks[0])).toEqual([
      ['custom:a', { m: 1 }],
      ['custom:b', { m: 2 }],
    ]);
    expect(problems).toEqual(['-:2:1:', '-:4:1:']);
  });

  it('never fails but with a code, whatever it holds', async () => {
    const key = fc.constantFrom(
      'ts',
      'source',
      'metric',
      'value',
      'histogram',
      'type',
      'seq',
      'lost',
    );
    const value = fc.oneof(
      fc.constantFrom(
        'tick',
        1,
        2,
        '2024-05-01',
        { name: 'a' },
        { scheme: 'quantize', counts: { 1: 1 } },
      ),
      fc.jsonValue(),
    );
    const object = fc.dictionary(key, value).map((json) => JSON.stringify(json));
    const broken = fc
      .tuple(object, fc.nat(60), fc.string({ maxLength: 2 }))
      .map(([text, at, piece]) => text.slice(0, at) + piece + text.slice(at + 1));
    const text = fc
      .array(fc.oneof(object, broken, fc.string({ unit: 'binary' })), {
        minLength: 1,
        maxLength: 6,
      })
      .map((lines) => lines.join('\n'));
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (content, partial) => {
        try {
          await read(content, partial);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^FORMAT-100[145]$/) });
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the place where JSON stops', () => {
  it('is found in every text that JSON.parse refuses, and is the end of every one it takes', () => {
    const text = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', 'null', ' ', '"', '\\'))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (json) => {
        let isJson = true;
        try {
          JSON.parse(json);
        } catch {
          isJson = false;
        }
        const { at, expected } = jsonFault(json);
        const atEnd = at === json.length && expected === 'the end of the line';
        expect(atEnd).toBe(isJson);
      }),
      { numRuns: 2000 },
    );
  });
});
