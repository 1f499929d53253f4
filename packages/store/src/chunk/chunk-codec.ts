import { promisify } from 'node:util';
import {
  type BrotliOptions,
  brotliCompress,
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  crc32,
} from 'node:zlib';
import type { Block } from '@ethogram/core';
import { storeErrors } from '../errors.js';
import { type BlockStreams, fromStreams, STREAMS, toStreams } from './block-streams.js';
import { ByteReader, ByteWriter } from './bytes.js';

/** First bytes of every encoded block: `E`, `G`, and the version of this layout. */
const MAGIC = [0x45, 0x47, 1] as const;
const CHECKSUM_BYTES = 4;
/** Streams shorter than this are stored as they are: brotli would make them longer. */
const WORTH_COMPRESSING = 24;
/** No stream of a block of 8 MB comes near this; it bounds what damaged bytes can ask for. */
const LONGEST_STREAM = 256 * 1024 * 1024;

/** Chunks are compressed off the main thread, at 5: the knee of size against time. */
const CHUNK_QUALITY = 5;
/** Single ticks live for a minute; what counts is that the collector is not held up. */
const TICK_QUALITY = 1;

const compressAsync = promisify<Uint8Array, BrotliOptions, Buffer>(brotliCompress);

const quality = (level: number, size: number): BrotliOptions => ({
  params: {
    [constants.BROTLI_PARAM_QUALITY]: level,
    [constants.BROTLI_PARAM_SIZE_HINT]: size,
  },
});

/**
 * Encodes a block for keeping: separate streams, each through brotli 5, off the main thread.
 * Lossless; a checksum covers all of it. Layout: docs/data-model.md.
 */
export async function encodeChunk(block: Block): Promise<Uint8Array> {
  const streams = toStreams(block);
  const packed = await Promise.all(
    STREAMS.map(async (name) => {
      const raw = streams[name];
      if (raw.length < WORTH_COMPRESSING) return raw;
      return smaller(raw, await compressAsync(raw, quality(CHUNK_QUALITY, raw.length)));
    }),
  );
  return frame(streams, packed);
}

/** Encodes a block at once and fast, for ticks that wait to be sealed into a chunk. */
export function encodeTick(block: Block): Uint8Array {
  const streams = toStreams(block);
  const packed = STREAMS.map((name) => {
    const raw = streams[name];
    if (raw.length < WORTH_COMPRESSING) return raw;
    return smaller(raw, brotliCompressSync(raw, quality(TICK_QUALITY, raw.length)));
  });
  return frame(streams, packed);
}

/**
 * Decodes what {@link encodeChunk} or {@link encodeTick} wrote.
 * @throws STORE-1005 on bytes that are damaged or were never a chunk.
 */
export function decodeChunk(bytes: Uint8Array): Block {
  try {
    return fromStreams(unframe(bytes));
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw storeErrors.make('STORE-1005', `${bytes.length} bytes are no chunk: ${found}`, { cause });
  }
}

function smaller(raw: Uint8Array, compressed: Uint8Array): Uint8Array {
  return compressed.length < raw.length ? compressed : raw;
}

function frame(streams: BlockStreams, packed: readonly Uint8Array[]): Uint8Array {
  const body = new ByteWriter(packed.reduce((sum, bytes) => sum + bytes.length, 128));
  for (const byte of MAGIC) body.byte(byte);
  for (const [i, name] of STREAMS.entries()) {
    body.varint(streams[name].length);
    body.varint((packed[i] as Uint8Array).length);
  }
  for (const bytes of packed) body.raw(bytes);
  const view = body.view();
  const framed = new Uint8Array(view.length + CHECKSUM_BYTES);
  framed.set(view);
  new DataView(framed.buffer).setUint32(view.length, crc32(view), true);
  return framed;
}

function unframe(bytes: Uint8Array): BlockStreams {
  const length = bytes.length - CHECKSUM_BYTES;
  if (length < MAGIC.length) throw new RangeError('too short');
  const body = bytes.subarray(0, length);
  const checksum = new DataView(bytes.buffer, bytes.byteOffset + length).getUint32(0, true);
  if (crc32(body) !== checksum) throw new RangeError('the checksum does not agree');
  const reader = new ByteReader(body);
  for (const expected of MAGIC) {
    if (reader.byte() !== expected) throw new RangeError('another layout');
  }
  const lengths = STREAMS.map(() => ({ raw: reader.varint(), packed: reader.varint() }));
  const streams = STREAMS.map((name, i) => {
    const { raw, packed } = lengths[i] as { raw: number; packed: number };
    const stored = reader.raw(packed);
    if (raw === packed) return [name, stored] as const;
    if (raw > LONGEST_STREAM) throw new RangeError(`stream ${name} claims ${raw} bytes`);
    const stream = brotliDecompressSync(stored, { maxOutputLength: raw });
    if (stream.length !== raw) throw new RangeError(`stream ${name} ends early`);
    return [name, stream] as const;
  });
  reader.end();
  return Object.fromEntries(streams) as unknown as BlockStreams;
}
