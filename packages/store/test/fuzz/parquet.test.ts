import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Block, packTicks } from '@ethogram/core';
import { exampleTicks, fuzzRuns, fuzzTimeoutMs, mutated } from '@ethogram/testkit';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { readParquet } from '../../src/formats/read-parquet.js';
import { writeParquet } from '../../src/formats/write-parquet.js';

/**
 * An answer takes a millisecond or two; two in a thousand inputs announce so much that the decoder
 * is lost in it, and each costs this long. So the inputs are a fifth of those of other parsers.
 */
const PATIENCE_MS = 400;
const RUNS = fuzzRuns(0.2);
/** Inputs are made in parts, so that a million of them take no memory. */
const PART = 1_000;

async function validFiles(): Promise<Buffer[]> {
  const parts: Uint8Array[] = [];
  async function* blocks(): AsyncGenerator<Block> {
    yield packTicks(exampleTicks({ count: 2, sources: 1 }));
  }
  for await (const part of writeParquet(blocks())) parts.push(part);
  const date = (seconds: number): Date => new Date(seconds * 1000);
  const foreign = (codec: 'UNCOMPRESSED' | 'SNAPPY'): Buffer =>
    Buffer.from(
      parquetWriteBuffer({
        columnData: [
          { name: 'ts', data: [1, 2, 2].map(date), type: 'TIMESTAMP' },
          { name: 'name', data: ['a', 'a', 'b'], type: 'STRING' },
          { name: 'metric', data: ['m', 'm', null], type: 'STRING' },
          { name: 'value', data: [1.5, null, 3], type: 'DOUBLE' },
        ],
        rowGroupSize: 2,
        codec,
      }),
    );
  return [Buffer.concat(parts), foreign('UNCOMPRESSED'), foreign('SNAPPY')];
}

/** A decoder as the product has it, for one file after the other. */
function startDecoder() {
  const worker = new Worker(new URL('./parquet-fuzz-worker.mjs', import.meta.url), {
    workerData: { mostBytes: 32 * 1024 * 1024, mostRows: 250_000 },
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 4 },
    execArgv: [],
  });
  return {
    /** `lost` where the decoder ran out of memory, or of patience. */
    async decode(bytes: Uint8Array): Promise<'read' | 'refused' | 'lost'> {
      const answered = once(worker, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) });
      worker.postMessage({ bytes });
      const [answer] = await answered.catch(() => [undefined]);
      if (answer === undefined) return 'lost';
      return 'read' in answer ? 'read' : 'refused';
    },
    end: () => worker.terminate(),
  };
}

it(
  'a Parquet file that is damaged anyhow is decoded or refused, and one that the decoder is lost on ends with a code',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ethogram-fuzz-'));
    const inputs = mutated(await validFiles());
    const count = { read: 0, refused: 0, lost: 0 };
    let decoder = startDecoder();
    try {
      for (let done = 0; done < RUNS; done += PART) {
        const numRuns = Math.min(PART, RUNS - done);
        for (const bytes of fc.sample(inputs, { numRuns })) {
          const outcome = await decoder.decode(bytes);
          count[outcome]++;
          if (outcome !== 'lost') continue;
          await decoder.end();
          decoder = startDecoder();
          const path = join(folder, 'lost.parquet');
          await writeFile(path, bytes);
          const refuse = (error: Error): never => {
            throw error;
          };
          const reading = async (): Promise<void> => {
            const options = { file: path, host: 'h', refuse };
            for await (const _ of readParquet(path, options, PATIENCE_MS));
          };
          // On a loaded machine patience may end early in one of the two: what counts is the code.
          const code = await reading().then(
            () => 'read',
            (error) => error.code,
          );
          expect(code, bytes.toString('base64')).toMatch(/^(read|FORMAT-100\d)$/);
        }
      }
    } finally {
      await decoder.end();
      await rm(folder, { recursive: true, force: true });
    }
    expect(count.read).toBeGreaterThan(0);
    expect(count.refused).toBeGreaterThan(0);
    process.stderr.write(
      `Parquet, damaged: ${count.read} read, ${count.refused} refused, ${count.lost} given up\n`,
    );
  },
  fuzzTimeoutMs(),
);
