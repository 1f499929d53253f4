import { statfsSync } from 'node:fs';
import { storeErrors } from '../../errors.js';

/** `statfs` types on which memory maps and POSIX locks are not coherent between machines. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0x517b, 'smb'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x00c36400, 'ceph'],
  [0x01021997, '9p'],
  [0x5346414f, 'afs'],
  [0x0bd00bd0, 'lustre'],
  [0x47504653, 'gpfs'],
  [0x7461636f, 'ocfs2'],
  [0x01161970, 'gfs2'],
]);

/** What tests replace of the system under an environment. */
export interface LmdbSystem {
  /** The `statfs` type of the file system that holds a path. */
  readonly fileSystemType: (path: string) => number;
  /** Bytes that the file system which holds a path still has for us. */
  readonly freeBytes: (path: string) => number;
}

/** The machine's own. */
export const SYSTEM: LmdbSystem = Object.freeze({
  fileSystemType: (path: string) => statfsSync(path).type,
  freeBytes: (path: string) => {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  },
});

/**
 * What is left free on the disk. LMDB must not be the one who finds it full: its JavaScript build
 * (lmdb 3.5, mdb_page_flush) writes the text of a failed write into 100 bytes that may be too few,
 * and the process dies of it. So much others can hardly fill while a commit is written.
 */
const SPARE_BYTES = 8 * 1024 * 1024;
/** Room for the pages that a small change copies, where none is free in the file. */
const LEAST_BYTES = 256 * 1024;
/** Pages are copied when they change: what is added takes up to about twice its size. */
const COPIED = 2;

/**
 * @param bytes what is to be added; 0 for what only changes or removes, which needs little room.
 * @throws STORE-1010 where there is no room for it, with some to spare
 */
export function checkDisk(path: string, bytes: number, system: LmdbSystem): void {
  const freeBytes = system.freeBytes(path);
  const needed = bytes > 0 ? SPARE_BYTES + COPIED * bytes : LEAST_BYTES;
  if (freeBytes >= needed) return;
  throw storeErrors.make(
    'STORE-1010',
    `lmdb:${path}: expected ${needed} bytes free on the disk, found ${freeBytes}`,
    { details: { freeBytes, neededBytes: needed } },
  );
}

/** @throws STORE-1012 where memory maps are not safe */
export function checkLocal(path: string, system: LmdbSystem): void {
  const network = NETWORK_FILE_SYSTEMS.get(system.fileSystemType(path) >>> 0);
  if (network === undefined) return;
  throw storeErrors.make('STORE-1012', `${path} lies on a network file system (${network})`);
}
