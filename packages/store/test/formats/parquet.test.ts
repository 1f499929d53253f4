import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Block, packTicks, type Tick } from '@ethogram/core';
import fc from 'fast-check';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportToFile } from '../../src/formats/export-blocks.js';
import { readParquet } from '../../src/formats/read-parquet.js';
import { readText, valuesOf } from './read-text.js';

const parquet = (columnData: ColumnSource[], rowGroupSize = 1000): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize }));

const date = (seconds: number): Date => new Date(seconds * 1000);

describe('a wide Parquet table', () => {
  it('is read as CSV is: times, floats, integers, missing values', async () => {
    const ticks = await readText(
      parquet([
        { name: 'time', data: [date(60), date(120)], type: 'TIMESTAMP' },
        { name: 'flow', data: [0.1, null], type: 'DOUBLE' },
        { name: 'process:nginx/cpu.ns', data: [5n, 2n ** 40n], type: 'INT64' },
        { name: 'valve', data: [true, false], type: 'BOOLEAN' },
      ]),
    );
    expect(ticks.map((tick) => [tick.ts, valuesOf(tick)])).toEqual([
      [
        60_000,
        [
          ['custom:flow', { value: 0.1 }],
          ['process:nginx', { 'cpu.ns': 5 }],
          ['custom:valve', { value: 1 }],
        ],
      ],
      [
        120_000,
        [
          ['process:nginx', { 'cpu.ns': 2 ** 40 }],
          ['custom:valve', { value: 0 }],
        ],
      ],
    ]);
  });

  it('is refused at the row and column that hold no number', async () => {
    const columns: ColumnSource[] = [
      { name: 'timestamp', data: [date(1), date(2)], type: 'TIMESTAMP' },
      { name: 'a', data: [1, Number.NaN], type: 'DOUBLE' },
    ];
    await expect(readText(parquet(columns))).rejects.toMatchObject({
      code: 'FORMAT-1001',
      message: expect.stringContaining('-:2:2: expected a finite number'),
    });
  });
});

describe('a long Parquet table', () => {
  it('may have its rows in any order within a group, and a tick across groups', async () => {
    const columns: ColumnSource[] = [
      { name: 'ts', data: [2, 1, 2, 3, 3].map(date), type: 'TIMESTAMP' },
      { name: 'name', data: ['a', 'a', 'b', 'a', 'b'], type: 'STRING' },
      { name: 'metric', data: ['m', 'm', 'm', 'm', 'm'], type: 'STRING' },
      { name: 'value', data: [1, 2, 3, 4, 5], type: 'DOUBLE' },
    ];
    for (const group of [5, 4]) {
      const ticks = await readText(parquet(columns, group));
      expect(ticks.map((tick) => [tick.ts, valuesOf(tick)])).toEqual([
        [1000, [['custom:a', { m: 2 }]]],
        [
          2000,
          [
            ['custom:a', { m: 1 }],
            ['custom:b', { m: 3 }],
          ],
        ],
        [
          3000,
          [
            ['custom:a', { m: 4 }],
            ['custom:b', { m: 5 }],
          ],
        ],
      ]);
    }
  });

  it('may have a tick in every part of a large group, and names rows beyond the first part', async () => {
    const rows = 10_000;
    const columns = (values: number[]): ColumnSource[] => [
      // Sorted by metric: the rows of a tick lie far apart.
      { name: 'timestamp', data: values.map((_, i) => date(i % 100)), type: 'TIMESTAMP' },
      { name: 'name', data: values.map(() => 'plant'), type: 'STRING' },
      { name: 'metric', data: values.map((_, i) => `m${Math.trunc(i / 100)}`), type: 'STRING' },
      { name: 'value', data: values, type: 'DOUBLE' },
    ];
    const values = Array.from({ length: rows }, (_, i) => i);
    const ticks = await readText(parquet(columns(values), rows));
    expect(ticks).toHaveLength(100);
    for (const [t, tick] of ticks.entries()) {
      const expected = Array.from({ length: 100 }, (_, m) => [`m${m}`, m * 100 + t]);
      expect([...(tick.samples[0]?.values ?? [])]).toEqual(expected);
    }
    values[9_000] = Number.NaN;
    await expect(readText(parquet(columns(values), rows))).rejects.toMatchObject({
      message: expect.stringContaining('-:9001:4: expected a finite number'),
    });
  });

  it('goes on in the next group with a tick whose rows stand among those of an earlier one', async () => {
    const columns: ColumnSource[] = [
      { name: 'timestamp', data: [1, 3, 2, 3].map(date), type: 'TIMESTAMP' },
      { name: 'name', data: ['a', 'a', 'a', 'b'], type: 'STRING' },
      { name: 'metric', data: ['m', 'm', 'm', 'm'], type: 'STRING' },
      { name: 'value', data: [1, 3, 2, 4], type: 'DOUBLE' },
    ];
    const ticks = await readText(parquet(columns, 2));
    expect(ticks.map((tick) => [tick.ts, valuesOf(tick)])).toEqual([
      [1000, [['custom:a', { m: 1 }]]],
      [2000, [['custom:a', { m: 2 }]]],
      [
        3000,
        [
          ['custom:a', { m: 3 }],
          ['custom:b', { m: 4 }],
        ],
      ],
    ]);
  });

  it('is refused where a page is larger than can be held, with what to do', async () => {
    const long = 'x'.repeat(1024 * 1024);
    const columns: ColumnSource[] = [
      { name: 'timestamp', data: [date(1)], type: 'TIMESTAMP' },
      { name: 'name', data: ['a'], type: 'STRING' },
      { name: 'metric', data: [Array(33).fill(long).join('')], type: 'STRING' },
      { name: 'value', data: [1], type: 'DOUBLE' },
    ];
    await expect(readText(parquet(columns))).rejects.toMatchObject({
      code: 'FORMAT-1009',
      message: expect.stringMatching(
        /^-: a page of 346\d{5} bytes where at most 33554432 are held/,
      ),
      remedy: expect.stringContaining('row_group_size'),
    });
  });

  it('is refused at the row and column that are wrong', async () => {
    const table = (over: Record<string, unknown>): Uint8Array =>
      parquet(
        Object.entries({
          ts: date(1),
          kind: 'custom',
          name: 'a',
          metric: 'm',
          value: 1,
          ...over,
        }).map(([name, value]) => ({ name, data: [value] }) as ColumnSource),
      );
    for (const [over, message] of [
      [{ kind: 'thread' }, '-:1:2: expected a kind'],
      [{ name: '' }, '-:1:3: expected a kind and a name'],
      [{ value: Number.NaN }, '-:1:5: expected a finite number'],
      [{ scheme: 'log' }, '-:1:6: expected a scheme'],
      [{ scheme: 'quantize', bucket: 127 }, '-:1:7: expected a bucket below 127'],
      [{ seq: -1 }, '-:1:6: expected an integer from 0 on'],
    ] as const) {
      await expect(readText(table(over))).rejects.toMatchObject({
        code: 'FORMAT-1001',
        message: expect.stringContaining(message),
      });
    }
  });
});

describe('an export', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ethogram-export-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const tick: Tick = {
    host: 'h',
    boot: 'b',
    seq: 0,
    ts: 1000,
    intervalNs: 1e9,
    backend: 'ebpf',
    blind: [],
    samples: [{ kind: 'process', name: 'p', values: new Map([['cpu.ns', 1]]) }],
    links: [],
    linkSnapshot: false,
    markers: [],
    lost: {},
  };

  it('is there whole or not at all', async () => {
    const path = join(folder, 'half.parquet');
    async function* failing(): AsyncGenerator<Block> {
      yield packTicks([tick]);
      throw new Error('store gone');
    }
    await writeFile(path, 'what was there before');
    for (const format of ['csv', 'ndjson', 'parquet'] as const) {
      await expect(exportToFile(failing, format, path)).rejects.toMatchObject({
        code: 'FORMAT-1008',
        message: expect.stringContaining('store gone'),
      });
    }
    expect((await stat(path)).size).toBe(21);
  });

  it('damaged anywhere never fails but with a code, and never hangs', async () => {
    const path = join(folder, 'whole.parquet');
    async function* read(): AsyncGenerator<Block> {
      yield packTicks([tick, { ...tick, seq: 1, ts: 2000, lost: { a: 1 } }]);
    }
    await exportToFile(read, 'parquet', path);
    const whole = await readFile(path);
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 });
    const refuse = (error: Error): never => {
      throw error;
    };
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(20), async (bytes, cut) => {
        const copy = Buffer.from(whole);
        for (const [at, byte] of bytes) copy[at] = byte;
        await writeFile(path, copy.subarray(0, copy.length - (cut > 15 ? cut : 0)));
        try {
          for await (const _ of readParquet(path, { file: path, host: 'h', refuse }, 1000));
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^FORMAT-100[14569]$/) });
        }
      }),
      {
        numRuns: 100,
        examples: [
          [
            [
              [740, 240],
              [511, 29],
              [473, 169],
            ],
            4,
          ],
        ],
      },
    );
    // Each input has a decoder of its own: a loaded machine needs its time.
  }, 120_000);
});
