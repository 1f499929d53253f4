import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Block, packTicks, type Tick, unpackTicks } from '@ethogram/core';
import { arbitraryTicks, canonicalTicks } from '@ethogram/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORT_FORMATS, exportToFile } from '../../src/formats/export-blocks.js';
import { importFiles } from '../../src/formats/import-files.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ethogram-formats-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const collect = async (ticks: AsyncIterable<Tick>): Promise<Tick[]> => {
  const all: Tick[] = [];
  for await (const tick of ticks) all.push(tick);
  return all;
};

/** Blocks of two hosts, one of them cut in two, as a store hands them out. */
const blocks: fc.Arbitrary<readonly Block[]> = fc
  .tuple(arbitraryTicks({ host: 'web1' }), arbitraryTicks({ host: 'db %:/ü' }), fc.nat(5))
  .map(([web, db, cut]) =>
    [web.slice(0, cut), web.slice(cut), db].filter((part) => part.length > 0).map(packTicks),
  );

/** What comes back, in the order of hosts. */
const byHost = (ticks: readonly Tick[]): Tick[] =>
  canonicalTicks(
    [...ticks].sort((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : a.seq - b.seq)),
  );

describe.each(EXPORT_FORMATS)('an export as %s', (format) => {
  it.each(['', '.gz'])('reads back tick for tick, with %j after the name', async (suffix) => {
    const path = join(folder, `out.${format}${suffix}`);
    await fc.assert(
      fc.asyncProperty(blocks, async (all) => {
        async function* read(): AsyncGenerator<Block> {
          yield* all;
        }
        await exportToFile(read, format, path);
        const back = await collect(importFiles([path], { host: 'nobody' }));
        expect(byHost(back)).toEqual(byHost(all.flatMap(unpackTicks)));
      }),
      // A decoder of Parquet is a thread, and costs more to begin.
      { numRuns: format === 'parquet' ? 25 : 100 },
    );
  });
});
