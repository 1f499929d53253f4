import { promisify } from 'node:util';
import {
  type BrotliOptions,
  brotliCompress,
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  crc32,
} from 'node:zlib';
import { type Block, EthogramError } from '@ethogram/core';
import { storeErrors } from '../errors.js';
import { type BlockStreams, fromStreams, STREAMS, toStreams } from './block-streams.js';
import { ByteReader, ByteWriter } from './bytes.js';

/** First bytes of every encoded block: `E`, `G`, and how its streams are compressed. */
const MAGIC = [0x45, 0x47] as const;
/** Each stream for itself, which is smallest. */
const SEPARATE = 1;
/** All streams as one, which is fastest where they are short. */
const TOGETHER = 2;
const CHECKSUM_BYTES = 4;
/** Streams shorter than this are stored as they are: brotli would make them longer. */
const WORTH_COMPRESSING = 24;
/** No stream of a block of 8 MB comes near this; it bounds what damaged bytes can ask for. */
const LONGEST_STREAM = 256 * 1024 * 1024;
/** A buffer of this many bytes is made before a stream has shown that it is as long as it claims. */
const MOST_AT_ONCE = 1024 * 1024;

/** Chunks are compressed off the main thread, at 5: the knee of size against time. */
const CHUNK_QUALITY = 5;
/** Single ticks live for a minute; what counts is that the collector is not held up. */
const TICK_QUALITY = 1;

const compressAsync = promisify<Uint8Array, BrotliOptions, Buffer>(brotliCompress);

/** The smallest window that holds all of a stream: a larger one would only take memory. */
const windowBits = (size: number): number =>
  Math.min(
    constants.BROTLI_DEFAULT_WINDOW,
    Math.max(constants.BROTLI_MIN_WINDOW_BITS, Math.ceil(Math.log2(size + 16))),
  );

const quality = (level: number, size: number): BrotliOptions => ({
  params: {
    [constants.BROTLI_PARAM_QUALITY]: level,
    [constants.BROTLI_PARAM_SIZE_HINT]: size,
    [constants.BROTLI_PARAM_LGWIN]: windowBits(size),
  },
});

/**
 * Encodes a block for keeping: separate streams, each through brotli 5, off the main thread.
 * Lossless; a checksum covers all of it. Layout: docs/data-model.md.
 */
export async function encodeChunk(block: Block): Promise<Uint8Array> {
  const streams = toStreams(block);
  // One after the other: each coder that is at work holds megabytes.
  const packed: Uint8Array[] = [];
  for (const name of STREAMS) {
    const raw = streams[name];
    packed.push(
      raw.length < WORTH_COMPRESSING
        ? raw
        : smaller(raw, await compressAsync(raw, quality(CHUNK_QUALITY, raw.length))),
    );
  }
  const head = new ByteWriter();
  for (const [i, name] of STREAMS.entries()) {
    head.varint(streams[name].length);
    head.varint((packed[i] as Uint8Array).length);
  }
  return frame(SEPARATE, [head.view(), ...packed]);
}

/** Encodes a block at once and fast, for ticks that wait to be sealed into a chunk. */
export function encodeTick(block: Block): Uint8Array {
  const streams = toStreams(block);
  const all = Buffer.concat(STREAMS.map((name) => streams[name]));
  const packed = brotliCompressSync(all, quality(TICK_QUALITY, all.length));
  const head = new ByteWriter();
  for (const name of STREAMS) head.varint(streams[name].length);
  return frame(TOGETHER, [head.view(), packed]);
}

/**
 * Decodes what {@link encodeChunk} or {@link encodeTick} wrote.
 * @throws STORE-1005 on bytes that are damaged or were never a chunk, STORE-1004 on a kind of
 *   chunk that a newer version wrote.
 */
export function decodeChunk(bytes: Uint8Array): Block {
  try {
    return fromStreams(unframe(bytes));
  } catch (cause) {
    if (cause instanceof EthogramError) throw cause;
    const found = cause instanceof Error ? cause.message : String(cause);
    throw storeErrors.make('STORE-1005', `${bytes.length} bytes are no chunk: ${found}`, { cause });
  }
}

function smaller(raw: Uint8Array, compressed: Uint8Array): Uint8Array {
  return compressed.length < raw.length ? compressed : raw;
}

function frame(kind: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat([Uint8Array.from([...MAGIC, kind]), ...parts]);
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32LE(crc32(body));
  return Buffer.concat([body, checksum]);
}

function unframe(bytes: Uint8Array): BlockStreams {
  const length = bytes.length - CHECKSUM_BYTES;
  if (length < MAGIC.length + 1) throw new RangeError('too short');
  const body = bytes.subarray(0, length);
  const checksum = new DataView(bytes.buffer, bytes.byteOffset + length).getUint32(0, true);
  if (crc32(body) !== checksum) throw new RangeError('the checksum does not agree');
  const reader = new ByteReader(body);
  for (const expected of MAGIC) {
    if (reader.byte() !== expected) throw new RangeError('another layout');
  }
  const kind = reader.byte();
  if (kind === SEPARATE) return unpackSeparate(reader);
  if (kind === TOGETHER) return unpackTogether(reader);
  // The checksum agrees, so these bytes are as they were written.
  throw storeErrors.make(
    'STORE-1004',
    `a chunk is of kind ${kind}, which this version cannot read`,
  );
}

function unpackSeparate(reader: ByteReader): BlockStreams {
  const lengths = STREAMS.map(() => ({ raw: reader.varint(), packed: reader.varint() }));
  const streams = STREAMS.map((name, i) => {
    const { raw, packed } = lengths[i] as { raw: number; packed: number };
    const stored = reader.raw(packed);
    return [name, raw === packed ? stored : inflate(stored, raw)] as const;
  });
  reader.end();
  return Object.fromEntries(streams) as unknown as BlockStreams;
}

function unpackTogether(reader: ByteReader): BlockStreams {
  const lengths = STREAMS.map(() => reader.varint());
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const all = new ByteReader(inflate(reader.raw(reader.remaining), total));
  const streams = STREAMS.map((name, i) => [name, all.raw(lengths[i] as number)] as const);
  return Object.fromEntries(streams) as unknown as BlockStreams;
}

function inflate(packed: Uint8Array, length: number): Uint8Array {
  if (length > LONGEST_STREAM) throw new RangeError(`a stream claims ${length} bytes`);
  const stream = brotliDecompressSync(packed, {
    maxOutputLength: Math.max(1, length),
    // In one buffer with a byte to spare, without which zlib would make a second one.
    chunkSize: Math.max(constants.Z_MIN_CHUNK, Math.min(length + 1, MOST_AT_ONCE)),
  });
  if (stream.length !== length) throw new RangeError('a stream ends early');
  return stream;
}
