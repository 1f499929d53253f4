import { statfsSync } from 'node:fs';
import { EthogramError } from '@ethogram/core';
import { storeErrors } from '../../errors.js';

/** Return codes of LMDB and of the system that have a remedy of their own. */
const EIO = 5;
const EACCES = 13;
const ENOSPC = 28;
const EROFS = 30;
const MAP_FULL = -30792;
const CORRUPTED = -30796;
const PAGE_NOT_FOUND = -30797;
const INVALID = -30793;
const VERSION_MISMATCH = -30794;

/** Gives an error of LMDB or of the file system the code and the remedy that it deserves. */
export function coded(cause: unknown, uri: string): EthogramError {
  if (cause instanceof EthogramError) return cause;
  const { code, message } = cause as { code?: unknown; message?: unknown };
  const text = typeof message === 'string' ? message : String(cause);
  // A page that was written in part is an I/O error to LMDB; what it means, the disk knows.
  if (code === EIO && isFull(uri.slice('lmdb:'.length))) {
    return storeErrors.make('STORE-1010', `${uri}: no space left on the disk`, { cause });
  }
  switch (code) {
    case ENOSPC:
    case 'ENOSPC':
    case 'EDQUOT':
      return storeErrors.make('STORE-1010', `${uri}: no space left on the disk`, { cause });
    case MAP_FULL:
      return storeErrors.make('STORE-1011', `${uri}: the memory map is full`, { cause });
    case EACCES:
    case EROFS:
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return storeErrors.make('STORE-1014', `${uri}: ${text}`, { cause });
    case CORRUPTED:
    case PAGE_NOT_FOUND:
    case INVALID:
    case VERSION_MISMATCH:
      return storeErrors.make('STORE-1005', `${uri}: ${text}`, { cause });
    default:
      return storeErrors.make('STORE-1002', `${uri}: ${text}`, {
        cause,
        remedy: 'Check that the path is a folder on a local disk that works.',
      });
  }
}

/** Less room than this is none: a commit takes several pages at once. */
const NO_ROOM_BYTES = 256 * 1024;

function isFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize < NO_ROOM_BYTES;
  } catch {
    return false;
  }
}
