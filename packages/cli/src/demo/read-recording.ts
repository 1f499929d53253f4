import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Block } from '@ethogram/core';
import { printable } from '@ethogram/report';
import type { RecordingInfo } from '@ethogram/store';
import { cliErrors } from '../errors.js';
import { openStoreAt } from '../open-store-at.js';

const RECORDING = 'demo';

/**
 * The recording of a data set: its first Parquet file.
 * @throws CLI-1008 where there is none.
 */
export async function findRecording(folder: string): Promise<string> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const name = names.sort().find((one) => one.endsWith('.parquet'));
  if (name !== undefined) return join(folder, name);
  const message = `expected a recording in Parquet in ${printable(folder)}, found none`;
  throw cliErrors.make('CLI-1008', message, {
    remedy: 'Run it in a checkout, or name a folder with --dataset.',
  });
}

/**
 * All of a recording as blocks: every step reads them anew, so they are packed only once.
 * @throws CLI-1007 where it holds no ticks; STORE-… where it is no recording.
 */
export async function readRecording(
  file: string,
  signal: AbortSignal,
): Promise<{ readonly info: RecordingInfo; readonly blocks: readonly Block[] }> {
  const { importInto } = await import('@ethogram/store');
  const store = await openStoreAt('memory:', { mode: 'write' });
  try {
    await importInto(store.samples, RECORDING, [file], { signal, once: true });
    const [info] = await store.samples.recordings();
    if (!info) throw cliErrors.make('CLI-1007', 'expected ticks in the recording, found none');
    const blocks: Block[] = [];
    for await (const block of store.samples.read({ recording: RECORDING }, { signal })) {
      blocks.push(block);
    }
    return { info, blocks };
  } finally {
    await store.close();
  }
}

/** Reads blocks once more. */
export async function* replay(blocks: readonly Block[]): AsyncGenerator<Block> {
  yield* blocks;
}
