import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { formatErrors } from './errors.js';

/** A file to import, opened: it can be read from the start any number of times. */
export interface InputFile {
  /** As the user named it; `-` is standard input. */
  readonly name: string;
  /** The content, gunzipped where it was compressed. @throws FORMAT-1002, FORMAT-1004 */
  bytes(): AsyncIterable<Uint8Array>;
  /** A path to the uncompressed content, for formats that are not read from front to back. */
  plainPath(): Promise<string>;
  /** SHA-256 over the uncompressed content, hexadecimal; read once. */
  contentHash(): Promise<string>;
  /** Removes what was kept aside; may be called again. */
  close(): Promise<void>;
}

/**
 * Opens a file, or standard input (which is kept aside on disk, so that it can be read twice).
 * Whether content is gzip is told from its first bytes, not from the name.
 * @throws FORMAT-1002 where it cannot be read.
 */
export async function openInputFile(name: string, stdin: Readable): Promise<InputFile> {
  let aside: string | undefined;
  const keepAside = async (content: AsyncIterable<Uint8Array> | Readable): Promise<string> => {
    aside ??= await mkdtemp(join(tmpdir(), 'ethogram-import-'));
    const path = join(aside, String(Math.trunc(performance.now() * 1000)));
    await pipeline(content, createWriteStream(path, { mode: 0o600 }));
    return path;
  };
  const close = async (): Promise<void> => {
    if (aside !== undefined) await rm(aside, { recursive: true, force: true });
    aside = undefined;
  };
  try {
    const path = name === '-' ? await keepAside(stdin) : name;
    const compressed = await isGzip(path);
    const bytes = (): AsyncIterable<Uint8Array> => readBytes(name, path, compressed);
    let hash: Promise<string> | undefined;
    let plain: Promise<string> | undefined;
    return {
      name,
      bytes,
      plainPath: () => {
        if (!compressed) return Promise.resolve(path);
        plain ??= keepAside(bytes());
        return plain;
      },
      contentHash: () => {
        hash ??= sha256(bytes());
        return hash;
      },
      close,
    };
  } catch (error) {
    await close();
    throw unreadable(name, error);
  }
}

async function isGzip(path: string): Promise<boolean> {
  if (!(await stat(path)).isFile()) throw new Error('not a regular file');
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

async function* readBytes(
  name: string,
  path: string,
  compressed: boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  if (!compressed) {
    try {
      yield* file;
    } catch (error) {
      throw unreadable(name, error);
    }
    return;
  }
  const plain = createGunzip();
  file.on('error', (error) => plain.destroy(error));
  file.pipe(plain);
  try {
    yield* plain;
  } catch (error) {
    throw formatErrors.make('FORMAT-1004', `${name}: the gzip data are damaged or cut off`, {
      cause: error,
      details: { file: name },
    });
  } finally {
    file.destroy();
  }
}

async function sha256(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of content) hash.update(bytes);
  return hash.digest('hex');
}

function unreadable(name: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return formatErrors.make('FORMAT-1002', `${name}: expected a readable file, found: ${why}`, {
    cause,
    details: { file: name },
  });
}
