import type { Block, TimeRange } from '@ethogram/core';
import type { WindowReader } from '@ethogram/learn';
import { openStore } from '@ethogram/store';
import { RECORDING, START } from './recording.js';

/** Which recording is read, and how often. */
export interface Loop {
  readonly folder: string;
  /** Length of the recording, seconds. */
  readonly ticks: number;
  readonly rounds: number;
}

/**
 * Reads a recording again and again as if it went on: every round is decoded anew from the store,
 * only its clock is moved. So a day costs what a day costs to read, without a day to write. Every
 * worker thread of learning opens one.
 */
export async function openReader({ folder, ticks, rounds }: Loop): Promise<WindowReader> {
  const store = await openStore(`lmdb:${folder}`, { mode: 'read' });
  const roundMs = ticks * 1000;
  async function* read(range?: TimeRange): AsyncIterable<Block> {
    for (let round = 0; round < rounds; round++) {
      const shift = round * roundMs;
      const from = Math.max(START, (range?.from ?? START) - shift);
      const to = Math.min(START + roundMs + 1, (range?.to ?? Number.MAX_SAFE_INTEGER) - shift);
      if (from >= to) continue;
      for await (const block of store.samples.read({ recording: RECORDING, range: { from, to } })) {
        yield {
          ...block,
          ts: block.ts.map((ts) => ts + shift),
          seq: block.seq.map((seq) => seq + round * ticks),
        };
      }
    }
  }
  return { read, close: () => store.close() };
}
