import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { createScorer } from '@ethogram/score';
import type { LargeHost } from './many-sources.js';
import { shifted } from './rounds.js';

/** What a process that does nothing but score holds after so many ticks. */
export interface MemoryRow {
  readonly ticks: number;
  readonly rssMb: number;
  readonly usedMb: number;
  readonly checkpointBytes: number;
}

/** Shares of the ticks after which it is looked at. */
const LOOKS = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1];

const [file = '', ticks = '0', seconds = '0'] = process.argv.slice(2);
process.stdout.write(JSON.stringify(watch(file, Number(ticks), Number(seconds))));

/** Scores until all ticks or all seconds are used up; the last row says how many ticks there were. */
function watch(from: string, most: number, limit: number): MemoryRow[] {
  const { model, blocks } = deserialize(readFileSync(from)) as LargeHost;
  const scorer = createScorer(model);
  const rows: MemoryRow[] = [];
  const end = performance.now() + limit * 1000;
  const looks = LOOKS.map((share) => Math.round(most * share));
  let done = 0;
  const look = (): void => {
    globalThis.gc?.();
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
    const checkpointBytes = scorer.checkpoint().length;
    rows.push({
      ticks: done,
      rssMb: mb(rss),
      usedMb: mb(heapUsed + arrayBuffers),
      checkpointBytes,
    });
  };
  for (let round = 0; done < most && performance.now() < end; round++) {
    for (const block of shifted(blocks, round)) {
      scorer.push(block);
      done += block.ts.length;
      if (done < (looks[0] ?? Number.POSITIVE_INFINITY)) continue;
      looks.shift();
      look();
    }
  }
  if (rows.at(-1)?.ticks !== done) look();
  return rows;
}

function mb(bytes: number): number {
  return Number((bytes / 2 ** 20).toFixed(1));
}
