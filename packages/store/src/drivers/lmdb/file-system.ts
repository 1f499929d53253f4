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
}

/** The machine's own. */
export const SYSTEM: LmdbSystem = Object.freeze({
  fileSystemType: (path: string) => statfsSync(path).type,
});

/** @throws STORE-1012 where memory maps are not safe */
export function checkLocal(path: string, system: LmdbSystem): void {
  const network = NETWORK_FILE_SYSTEMS.get(system.fileSystemType(path) >>> 0);
  if (network === undefined) return;
  throw storeErrors.make('STORE-1012', `${path} lies on a network file system (${network})`);
}
