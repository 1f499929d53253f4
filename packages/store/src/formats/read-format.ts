import type { DraftTick } from './draft-tick.js';
import type { InputFile } from './input-file.js';
import { readCsv } from './read-csv.js';
import { readNdjson } from './read-ndjson.js';
import type { ReadOptions } from './read-options.js';
import { readParquet } from './read-parquet.js';
import { readTrace } from './read-trace.js';

/** Every format that can be imported. */
export const IMPORT_FORMATS = ['csv', 'ndjson', 'parquet', 'bpftrace', 'dtrace'] as const;

/** One of {@link IMPORT_FORMATS}. */
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** Reads a file of a known format into drafts of ticks. */
export function readFormat(
  input: InputFile,
  format: ImportFormat,
  options: ReadOptions,
): AsyncIterable<DraftTick> {
  switch (format) {
    case 'csv':
      return readCsv(input.bytes(), options);
    case 'ndjson':
      return readNdjson(input.bytes(), options);
    case 'parquet':
      return readPlain(input, options);
    case 'bpftrace':
    case 'dtrace':
      return readTrace(input, format, options);
  }
}

async function* readPlain(
  input: InputFile,
  options: ReadOptions,
): AsyncGenerator<DraftTick, void, undefined> {
  yield* readParquet(await input.plainPath(), options);
}
