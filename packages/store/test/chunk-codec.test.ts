import { crc32 } from 'node:zlib';
import { type Block, packTicks } from '@ethogram/core';
import { exampleTicks } from '@ethogram/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../src/chunk/bytes.js';
import { decodeChunk, encodeChunk, encodeTick } from '../src/chunk/chunk-codec.js';
import { type ColumnWriters, encodeColumn, encodeNumber } from '../src/chunk/number-column.js';
import { decodeSlot, encodeSlot, slotHead, slotStart } from '../src/chunk/slot-value.js';

const sourceId = fc.record({
  kind: fc.constantFrom('process' as const, 'device' as const, 'custom' as const),
  name: fc.string({ minLength: 1, unit: 'binary' }),
});

/** Numbers of every sort that a column may hold. */
const value = fc.oneof(
  fc.nat(),
  fc.maxSafeInteger(),
  fc.integer(),
  fc.constantFrom(0, -0, 2 ** 51, 2 ** 51 + 1, -(2 ** 51) - 1, 2 ** 53, 1e300, 5e-324),
  fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 1000),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Any block: cells are chosen freely, so that series are empty, sparse or dense. */
const block: fc.Arbitrary<Block> = fc
  .record({
    host: fc.string({ unit: 'binary' }),
    sources: fc.array(
      fc.record(
        {
          kind: sourceId.map((s) => s.kind),
          name: fc.string(),
          attributes: fc.dictionary(fc.string(), fc.string()),
        },
        { requiredKeys: ['kind', 'name'] },
      ),
      { minLength: 1, maxLength: 4 },
    ),
    series: fc.array(
      fc.record({
        source: fc.nat(),
        metric: fc.constantFrom('a', 'b', 'a.b', 'ü', '__proto__'),
        histogram: fc.option(
          fc.record({
            scheme: fc.constantFrom('quantize', 'lquantize:0,9,1'),
            bucket: fc.integer(),
          }),
        ),
      }),
      { maxLength: 6 },
    ),
    ticks: fc.array(
      fc.record({
        ts: fc.maxSafeInteger(),
        seq: fc.maxSafeInteger(),
        intervalNs: value,
        cells: fc.array(fc.tuple(fc.nat(5), value)),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    links: fc.array(
      fc.tuple(
        fc.nat(11),
        fc.array(
          fc.record({
            from: sourceId,
            to: sourceId,
            kind: fc.constantFrom('tcp' as const, 'pipe' as const),
            opened: fc.nat(),
            closed: fc.nat(),
            events: fc.nat(),
            bytes: fc.nat(),
          }),
        ),
      ),
    ),
    markers: fc.array(
      fc.tuple(
        fc.nat(11),
        fc.array(
          fc.record({
            ts: fc.nat(),
            kind: fc.constantFrom('note' as const, 'boot' as const),
            text: fc.string(),
          }),
        ),
      ),
    ),
    lost: fc.array(fc.tuple(fc.nat(11), fc.dictionary(fc.string(), fc.nat()))),
    snapshots: fc.array(fc.nat(11)),
    blind: fc.array(fc.string()),
  })
  .map((parts): Block => {
    const rowStart = new Uint32Array(parts.ticks.length + 1);
    const seriesIndex: number[] = [];
    const values: number[] = [];
    for (const [t, tick] of parts.ticks.entries()) {
      const row = new Map(tick.cells.filter(([s]) => s < parts.series.length));
      for (const [s, v] of [...row].sort((a, b) => a[0] - b[0])) {
        seriesIndex.push(s);
        values.push(v);
      }
      rowStart[t + 1] = values.length;
    }
    return {
      host: parts.host,
      boot: 'b',
      backend: 'ebpf',
      blind: parts.blind,
      sources: parts.sources as Block['sources'],
      series: parts.series.map(({ source, metric, histogram }) => ({
        source: source % parts.sources.length,
        metric,
        ...(histogram ?? {}),
      })),
      seq: Float64Array.from(parts.ticks, (t) => t.seq),
      ts: Float64Array.from(parts.ticks, (t) => t.ts),
      intervalNs: Float64Array.from(parts.ticks, (t) => t.intervalNs),
      rowStart,
      seriesIndex: Uint32Array.from(seriesIndex),
      values: Float64Array.from(values),
      links: new Map(parts.links),
      linkSnapshots: new Set(parts.snapshots),
      markers: new Map(parts.markers),
      lost: new Map(parts.lost),
    };
  });

describe('the chunk codec', () => {
  it('gives back every block to the last bit', async () => {
    await fc.assert(
      fc.asyncProperty(block, async (original) => {
        expect(decodeChunk(await encodeChunk(original))).toEqual(original);
        expect(decodeChunk(encodeTick(original))).toEqual(original);
      }),
      { numRuns: 500 },
    );
  });

  it('writes a value alone as it writes a column of one', () => {
    const written = (write: (to: ColumnWriters) => void): Uint8Array[] => {
      const writers = [new ByteWriter(), new ByteWriter(), new ByteWriter()] as const;
      const [modes, integers, doubles] = writers;
      write({ modes, integers, doubles });
      return writers.map((writer) => writer.view());
    };
    fc.assert(
      fc.property(value, (one) => {
        const alone = written((to) => encodeNumber(one, to));
        expect(alone).toEqual(written((to) => encodeColumn(Float64Array.of(one), to)));
      }),
    );
  });

  it('refuses bytes that were changed anywhere', async () => {
    const bytes = await encodeChunk(packTicks(exampleTicks({ count: 60 })));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] as number) ^ change;
        expect(() => decodeChunk(damaged)).toThrow(expect.objectContaining({ code: 'STORE-1005' }));
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses bytes that end early, go on, or never were a chunk', async () => {
    const bytes = await encodeChunk(packTicks(exampleTicks({ count: 5 })));
    const refused = expect.objectContaining({ code: 'STORE-1005' });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeChunk(bytes.subarray(0, length))).toThrow(refused);
    }
    expect(() => decodeChunk(Buffer.concat([bytes, bytes]))).toThrow(refused);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(() => decodeChunk(noise)).toThrow(refused);
        expect(() => [...decodeSlot(noise)]).toThrow();
      }),
      { numRuns: 1000 },
    );
  });

  it('tells a kind of chunk that a newer version wrote from damage', async () => {
    const bytes = Buffer.from(await encodeChunk(packTicks(exampleTicks({ count: 5 }))));
    bytes[2] = 9;
    bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
    const refused = expect.objectContaining({ code: 'STORE-1004' });
    expect(() => decodeChunk(bytes)).toThrow(refused);
  });
});

describe('a slot', () => {
  it('says what it holds without being decoded', async () => {
    const ticks = exampleTicks({ count: 30 });
    const later = exampleTicks({ count: 10, boot: 'boot-2', from: (ticks.at(-1)?.ts ?? 0) + 1 });
    const blocks = [packTicks(ticks), packTicks(later)];
    const bytes = await encodeSlot(blocks, { lengthMs: 60_000, tierMs: 0 });
    expect(slotHead(bytes)).toEqual({
      lengthMs: 60_000,
      tierMs: 0,
      firstTs: ticks[0]?.ts,
      lastTs: later.at(-1)?.ts,
      ticks: 40,
      values: blocks.reduce((sum, b) => sum + b.values.length, 0),
    });
    expect([...decodeSlot(bytes)]).toEqual(blocks);
  });

  it('begins at a whole multiple of its length, also before 1970', () => {
    expect(slotStart(119_999)).toBe(60_000);
    expect(slotStart(-1)).toBe(-60_000);
    expect(slotStart(-60_000)).toBe(-60_000);
  });
});
