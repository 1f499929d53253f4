import { createHash } from 'node:crypto';
import { type Block, EthogramError, packTicks } from '@ethogram/core';
import { exampleTicks, fuzzRuns, fuzzTimeoutMs, mutated } from '@ethogram/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/drivers/memory/memory-store.js';
import { importInputs } from '../../src/formats/import-into.js';
import type { InputFile } from '../../src/formats/input-file.js';
import type { ImportFormat } from '../../src/formats/read-format.js';
import { writeCsv } from '../../src/formats/write-csv.js';
import { writeNdjson } from '../../src/formats/write-ndjson.js';

/** A file that is there already, so that ten thousand of them cost no disk. */
function fileOf(content: Buffer): InputFile {
  return {
    name: 'fuzzed',
    async *bytes() {
      yield content;
    },
    plainPath: () => Promise.reject(new Error('not read by place')),
    contentHash: async () => createHash('sha256').update(content).digest('hex'),
    close: async () => undefined,
  };
}

const ticks = exampleTicks({ count: 3, sources: 2 });
async function* blocks(): AsyncGenerator<Block> {
  yield packTicks(ticks);
}

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

const VALID: Readonly<Record<Exclude<ImportFormat, 'parquet'>, () => Promise<readonly string[]>>> =
  {
    csv: async () => [
      await textOf(writeCsv(blocks)),
      'timestamp,process:web/cpu.ns,"a, b/x"\n2026-05-01T10:00:00Z,1,2\n2026-05-01T10:00:01Z,,3\n',
      'time;a;b\n1777629600;1;2,5\n1777629601;;\n',
    ],
    ndjson: async () => [
      await textOf(writeNdjson(blocks())),
      '{"ts":1777629600,"source":"db","metric":"x","value":1}\n{"ts":1777629601,"source":{"kind":"process","name":"p"},"metric":"cpu.ns","histogram":{"scheme":"quantize","counts":{"64":2}}}\n',
    ],
    bpftrace: async () => [
      [
        '{"type": "attached_probes", "data": {"probes": 2}}',
        '{"type": "time", "data": "10:00:01\\n"}',
        '{"type": "map", "data": {"@reads": {"nginx": 3, "redis": 4}}}',
        '{"type": "hist", "data": {"@us": [{"min": 2, "max": 3, "count": 1}, {"min": 4, "max": 7, "count": 2}]}}',
        '{"type": "lost_events", "data": {"events": 5}}',
        '{"type": "time", "data": "10:00:02\\n"}',
        '{"type": "hist", "data": {"@us": {"a,b": [{"max": -1, "count": 1}, {"min": 0, "max": 0, "count": 2}]}}}',
        '{"type": "stats", "data": {"@s": {"x": {"count": 2, "average": 3, "total": 6}}}}',
        '',
      ].join('\n'),
    ],
    dtrace: async () => [
      [
        '2026 May  1 10:00:01',
        '  nginx                                                             3',
        '',
        '  read',
        '           value  ------------- Distribution ------------- count',
        '               0 |                                         0',
        '               1 |@@@@@@@@@@@@@@@@@@@@                     1',
        '               2 |@@@@@@@@@@@@@@@@@@@@                     1',
        '               4 |                                         0',
        '',
        '2026 May  1 10:00:02',
        '  nginx                                                             5',
        '',
      ].join('\n'),
    ],
  };

describe.each(Object.keys(VALID) as (keyof typeof VALID)[])('a file of %s', (format) => {
  it(
    'that is damaged anyhow is stored whole or refused with a code, and nothing is half-written',
    async () => {
      const valid = await VALID[format]();
      let read = 0;
      const options = fc.record({
        format: fc.constantFrom(format, 'auto' as const),
        partial: fc.boolean(),
        timed: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(mutated(valid), options, async (content, { timed, ...chosen }) => {
          const { samples } = openMemoryStore({ mode: 'write' });
          const start = timed ? { startMs: 1_777_629_600_000, intervalMs: 1000 } : {};
          try {
            const result = await importInputs(samples, 'r', [fileOf(content)], {
              host: 'h',
              ...chosen,
              ...start,
            });
            read++;
            expect(result.stored).toBe(
              (await samples.recordings()).reduce((n, { ticks }) => n + ticks, 0),
            );
          } catch (error) {
            if (!(error instanceof EthogramError)) throw error;
            expect(error.code).toMatch(/^(FORMAT|STORE)-\d{4}$/);
            expect(await samples.recordings()).toEqual([]);
          }
        }),
        { numRuns: fuzzRuns(), timeout: 20_000 },
      );
      expect(read).toBeGreaterThan(0);
    },
    fuzzTimeoutMs(),
  );
});
