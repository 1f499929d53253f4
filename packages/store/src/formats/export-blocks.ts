import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { PassThrough, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Block, EthogramError } from '@ethogram/core';
import { formatErrors } from './errors.js';
import { writeCsv } from './write-csv.js';
import { writeNdjson } from './write-ndjson.js';
import { writeParquet } from './write-parquet.js';

/** Every format that can be written. */
export const EXPORT_FORMATS = ['csv', 'ndjson', 'parquet'] as const;

/** One of {@link EXPORT_FORMATS}. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** So much text is gathered before it is handed on. */
const CHUNK_CHARACTERS = 64 * 1024;

/**
 * Writes blocks in a format, in constant memory, waiting for the stream where it is slow. Does
 * not end the stream.
 * @param read gives the blocks from the start; called more than once, e.g.
 *   `() => store.samples.read({ recording: 'night' })`.
 * @throws what `read` and the stream throw.
 */
export async function exportBlocks(
  read: () => AsyncIterable<Block>,
  format: ExportFormat,
  out: Writable,
): Promise<void> {
  for await (const chunk of chunksOf(read, format)) {
    if (!out.write(chunk)) await once(out, 'drain');
  }
}

/**
 * Writes blocks to a file: beside it first, then renamed, so that the file is there whole or not
 * at all. A name that ends in `.gz` is compressed.
 * @throws FORMAT-1008 where it cannot be written.
 */
export async function exportToFile(
  read: () => AsyncIterable<Block>,
  format: ExportFormat,
  path: string,
): Promise<void> {
  const compress = path.endsWith('.gz');
  const beside = `${path}.${process.pid}.partial`;
  try {
    const coder = compress ? createGzip({ level: 6 }) : new PassThrough();
    await pipeline(chunksOf(read, format), coder, createWriteStream(beside));
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    if (cause instanceof EthogramError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw formatErrors.make('FORMAT-1008', `${path}: ${why}`, { cause, details: { file: path } });
  }
}

async function* chunksOf(
  read: () => AsyncIterable<Block>,
  format: ExportFormat,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  if (format === 'parquet') {
    yield* writeParquet(read());
    return;
  }
  const texts = format === 'csv' ? writeCsv(read) : writeNdjson(read());
  let chunk = '';
  for await (const text of texts) {
    chunk += text;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
