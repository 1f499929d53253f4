import type { EthogramError, Tick } from '@ethogram/core';
import type { SampleStore } from '../store.js';
import { formatErrors } from './errors.js';
import { closeInputs, type ImportOptions, openInputs, readInputs } from './import-files.js';
import type { InputFile } from './input-file.js';

/** What an import did. */
export interface ImportResult {
  /** Ticks that are now in the recording and were not before. */
  readonly stored: number;
  /** Ticks that the recording already had. */
  readonly repeated: number;
  /** Places that could not be read and were left out; 0 unless a partial import was asked for. */
  readonly problems: number;
}

/** So many ticks or values are handed to the store at once. */
const MOST_TICKS = 512;
const MOST_VALUES = 25_000;

/**
 * Imports files into a recording, all or nothing (unless `once` is asked for): everything is read and validated once before
 * the first tick is stored, and read again to be stored, so that memory stays constant and a
 * malformed last line leaves the store as it was. Where the store itself fails half-way, a
 * recording that was not there before is removed again; one that was there keeps what was
 * added, which importing once more completes without doubling anything.
 * @param options without `host`: the recording's name.
 * @throws FORMAT-1001 … FORMAT-1007, FORMAT-1009, and what the store throws.
 */
export async function importInto(
  samples: SampleStore,
  recording: string,
  files: readonly string[],
  options: Omit<ImportOptions, 'host'> & { readonly host?: string },
): Promise<ImportResult> {
  const all: ImportOptions = { ...options, host: options.host ?? recording };
  const inputs = await openInputs(files, all);
  try {
    return await importInputs(samples, recording, inputs, all);
  } finally {
    await closeInputs(inputs);
  }
}

/** What {@link importInto} does with files that are open. */
export async function importInputs(
  samples: SampleStore,
  recording: string,
  inputs: readonly InputFile[],
  options: ImportOptions,
): Promise<ImportResult> {
  let problems = 0;
  const onProblem = (error: EthogramError): void => {
    problems++;
    options.onProblem?.(error);
  };
  const telling = { ...options, onProblem };
  if (!options.once) for await (const _ of readInputs(inputs, telling));
  const { onProblem: _, ...quiet } = options;
  const existed = (await samples.recordings()).some(({ name }) => name === recording);
  try {
    const counts = await appendAll(
      samples,
      recording,
      readInputs(inputs, options.once ? telling : quiet),
    );
    return { ...counts, problems };
  } catch (error) {
    if (!existed) await samples.remove(recording);
    throw error;
  }
}

async function appendAll(
  samples: SampleStore,
  recording: string,
  ticks: AsyncIterable<Tick>,
): Promise<{ stored: number; repeated: number }> {
  let stored = 0;
  let repeated = 0;
  let batch: Tick[] = [];
  let values = 0;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    batch.sort((a, b) => a.ts - b.ts);
    const result = await samples.append(recording, batch);
    stored += result.stored;
    repeated += result.repeated;
    batch = [];
    values = 0;
  };
  for await (const tick of ticks) {
    batch.push(tick);
    for (const sample of tick.samples) values += sample.values.size;
    if (batch.length >= MOST_TICKS || values >= MOST_VALUES) await flush();
  }
  await flush();
  if (stored + repeated === 0) {
    throw formatErrors.make('FORMAT-1005', 'expected ticks to import, found none');
  }
  await samples.seal(recording);
  return { stored, repeated };
}
