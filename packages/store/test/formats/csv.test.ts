import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImportOptions } from '../../src/formats/import-files.js';
import { readText, valuesOf } from './read-text.js';

const read = (content: string | Uint8Array, options: Partial<ImportOptions> = {}) =>
  readText(content, { format: 'csv', ...options });

describe('a generic table', () => {
  const table = [
    'timestamp,flow,temperature',
    '2024-05-01 00:00:00,1.25,0',
    '2024-05-01 00:01:00,1.25,-3e-2',
    '2024-05-01 00:02:00,,7',
    '2024-05-01 00:30:00,0,7',
  ].join('\n');

  it('gives one tick per row, floats, constants and zeros kept, an empty cell left out', async () => {
    const ticks = await read(table, { source: 'machine' });
    expect(ticks.map(valuesOf)).toEqual([
      [['custom:machine', { flow: 1.25, temperature: 0 }]],
      [['custom:machine', { flow: 1.25, temperature: -0.03 }]],
      [['custom:machine', { temperature: 7 }]],
      [['custom:machine', { flow: 0, temperature: 7 }]],
    ]);
    expect(ticks.map(({ ts }) => ts / 60_000 - 28_575_360)).toEqual([0, 1, 2, 30]);
    expect(ticks.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
  });

  it('has intervals of its step, a gap being no long interval', async () => {
    const ticks = await read(table);
    expect(ticks.map(({ intervalNs }) => intervalNs)).toEqual([60e9, 60e9, 60e9, 60e9]);
    expect(ticks[0]).toMatchObject({ host: 'here', backend: 'import', lost: {}, links: [] });
  });

  it('may have rows that share an instant: each is a tick of its own', async () => {
    const ticks = await read('timestamp,a\n60,1\n120,2\n120,3\n180,4\n');
    expect(ticks.map(({ seq, ts, intervalNs }) => [seq, ts, intervalNs])).toEqual([
      [0, 60_000, 60e9],
      [1, 120_000, 60e9],
      [2, 120_000, 60e9],
      [3, 180_000, 60e9],
    ]);
  });

  it('makes each column a custom source of its own where no source is named', async () => {
    expect(valuesOf((await read(table))[0])).toEqual([
      ['custom:flow', { value: 1.25 }],
      ['custom:temperature', { value: 0 }],
    ]);
  });

  it('has the same boot however it comes, and another with other options', async () => {
    const boot = async (...args: Parameters<typeof read>) => (await read(...args))[0]?.boot;
    const plain = await boot(table);
    expect(plain).toMatch(/^import\.[0-9a-f]{16}$/);
    expect(await boot(gzipSync(table))).toBe(plain);
    expect(await boot(table, { source: 'machine' })).not.toBe(plain);
    expect(await boot(`${table}\n`)).not.toBe(plain);
  });

  it('needs no times where a start and an interval are given', async () => {
    const ticks = await read('a,b\n1,2\n3,4\n', { startMs: 1000, intervalMs: 60_000 });
    expect(ticks.map(({ ts, intervalNs }) => [ts, intervalNs])).toEqual([
      [1000, 60e9],
      [61_000, 60e9],
    ]);
  });

  it.each([
    ['2024-05-01T00:00:00Z', 1_714_521_600_000],
    ['2024-05-01T02:00:00+02:00', 1_714_521_600_000],
    ['2024-05-01 00:00', 1_714_521_600_000],
    ['2024-05-01', 1_714_521_600_000],
    ['1714521600', 1_714_521_600_000],
    ['1714521600.25', 1_714_521_600_250],
    ['1714521600250', 1_714_521_600_250],
    ['1714521600250000', 1_714_521_600_250],
    ['1714521600250000000', 1_714_521_600_250],
    ['60', 60_000],
  ])('takes %s for an instant', async (text, ms) => {
    expect((await read(`timestamp,a\n${text},1\n`))[0]?.ts).toBe(ms);
  });

  it.each([';', '\t'])('may be delimited by %j', async (d) => {
    expect(valuesOf((await read(`timestamp${d}a\n1${d}2.5\n`))[0])).toEqual([
      ['custom:a', { value: 2.5 }],
    ]);
  });

  it('may begin with a byte-order mark, end lines in CRLF, hold quotes and blank lines', async () => {
    const text = '\ufeffts, "a, ""b""\r\nc" ,d\r\n\r\n1, "2" ,3\r\n';
    expect(valuesOf((await read(text))[0])).toEqual([
      ['custom:a, "b"\nc', { value: 2 }],
      ['custom:d', { value: 3 }],
    ]);
  });
});

describe('columns that name sources', () => {
  it('are split at the last slash, their kind told by the registry or named', async () => {
    const header = [
      'timestamp',
      'nginx.service/nginx/cpu.ns',
      'sda/queue.depth',
      'room 1/CPU 50%',
      'process:other:redis/syscall.openat.calls',
      'endpoint:here:listen%3Atcp%3A80/opened',
    ].join(',');
    const ticks = await read(`${header}\n1,5,0,0.5,7,1\n`);
    expect(ticks.map((tick) => [tick.host, valuesOf(tick)])).toEqual([
      [
        'here',
        [
          ['process:nginx.service/nginx', { 'cpu.ns': 5 }],
          ['device:sda', { 'queue.depth': 0 }],
          ['custom:room 1', { 'CPU 50%': 0.5 }],
          ['endpoint:listen:tcp:80', { opened: 1 }],
        ],
      ],
      ['other', [['process:redis', { 'syscall.openat.calls': 7 }]]],
    ]);
  });

  it('leave a zero out only where the registry says that it is a counter', async () => {
    const ticks = await read('timestamp,p/cpu.ns,p/memory.rss,custom:p/cpu.ns\n1,0,0,0\n');
    expect(valuesOf(ticks[0])).toEqual([
      ['process:p', { 'memory.rss': 0 }],
      ['custom:p', { 'cpu.ns': 0 }],
    ]);
  });

  it('hold distributions, a column per bucket', async () => {
    const header =
      'timestamp,process:p/io.read.size[quantize][64],process:p/io.read.size[quantize][70]';
    const [tick] = await read(`${header}\n1,3,0\n`);
    expect(tick?.samples[0]?.histograms?.get('io.read.size')).toEqual({
      scheme: 'quantize',
      counts: new Map([[64, 3]]),
    });
  });
});

describe('a malformed table', () => {
  it.each([
    ['timestamp,a\n1,x\n', '-:2:3: expected a finite number or nothing in column "a", found "x"'],
    ['timestamp,a\n1,1\n2,NaN\n', '-:3:3: expected a finite number'],
    ['timestamp,a\n1,1e999\n', '-:2:3: expected a finite number'],
    ['timestamp,a\n1,0x10\n', '-:2:3: expected a finite number'],
    ['timestamp,a\nyesterday,1\n', '-:2:1: expected a time (RFC 3339'],
    ['timestamp,a\n2024-02-30,1\n', '-:2:1: expected a time (RFC 3339'],
    ['timestamp,a\n1,1,1\n', '-:2:5: expected 2 fields as in the header, found 3'],
    ['timestamp,a,b\n1,1\n', '-:2:4: expected 3 fields as in the header, found 2'],
    ['timestamp,a\n2,1\n1,1\n', '-:3:1: expected a time from 1970-01-01T00:00:02.000Z on'],
    ['timestamp,a\n1,"2\n', '-:2:3: expected a closing quote to this one'],
    ['timestamp,a\n1,2"2"\n', '-:2:4: expected quotes around a whole field'],
    ['timestamp,a\n1,"2"x\n', '-:2:6: expected a delimiter after the closing quote, found "x"'],
    ['timestamp,a,a\n1,2,3\n', '-:1:13: expected each column once, found "a"'],
    ['timestamp,/a\n1,2\n', '-:1:11: expected [kind:[host:]]name/metric, found "/a"'],
    ['timestamp\n1\n', '-:1:1: expected at least one column of values, found none'],
    ['timestamp,a,@seq\n1,2,-3\n', '-:2:5: expected an integer from 0 on, found "-3"'],
    ['timestamp,a,@extra\n1,2,{\n', '-:2:5: expected JSON of a tick, found "{"'],
    ['timestamp,p/x[quantize][3]\n1,0.5\n', '-:2:3: expected a whole number from 0 on'],
    ['timestamp,p/x[quantize][127]\n1,1\n', '-:1:11: expected [kind:[host:]]name/metric'],
  ])('%j is refused with its place', async (text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'FORMAT-1001',
      exitCode: 2,
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['a,b\n1,2\n', 'FORMAT-1006'],
    ['', 'FORMAT-1005'],
    ['timestamp,a\n', 'FORMAT-1005'],
    [gzipSync('timestamp,a\n1,2\n').subarray(0, 20), 'FORMAT-1004'],
    [Buffer.from([0x74, 0x73, 0x2c, 0xff, 0xfe, 0x0a]), 'FORMAT-1004'],
  ])('%j is refused with %s', async (content, code) => {
    await expect(read(content)).rejects.toMatchObject({ code, exitCode: 2 });
  });

  it('is read but for its wrong rows where a partial import was asked for', async () => {
    const problems: string[] = [];
    const ticks = await read('timestamp,a\n1,1\n2,x\n2,2\n1,3\n3,"4\n4,5\n', {
      partial: true,
      onProblem: ({ message }) => problems.push(message.slice(0, 6)),
    });
    expect(ticks.map(({ ts }) => ts)).toEqual([1000, 2000]);
    expect(problems).toEqual(['-:3:3:', '-:5:1:', '-:6:3:']);
  });

  it('never fails but with a code, whatever it holds', async () => {
    const piece = fc.constantFrom(
      'timestamp',
      ',',
      '\n',
      '"',
      '""',
      ';',
      '\t',
      '1',
      '1714521600',
      'x',
      ' ',
      '\r\n',
      '/',
      'process:h:p/cpu.ns',
      '[quantize][64]',
      '@seq',
      '@extra',
      '{}',
      '{"lost":{"a":1}}',
      '\ufeff',
      '%3A',
      'e5',
      '-',
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 40 }).map((parts) => `timestamp,a\n${parts.join('')}`),
      fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (content, partial) => {
        try {
          for (const tick of await read(content, { partial })) {
            expect(Number.isSafeInteger(tick.ts)).toBe(true);
          }
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^FORMAT-100[1456]$/) });
        }
      }),
      { numRuns: 300 },
    );
  });
});
