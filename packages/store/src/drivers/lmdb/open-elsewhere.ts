import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { EthogramError } from '@ethogram/core';
import { storeErrors } from '../../errors.js';

/**
 * The other processes that have an environment open, by the lock that LMDB holds on its lock
 * file for as long as it is open (proc_locks(5)). Processes in other PID namespaces show as 0.
 */
export function openedByOthers(path: string): number[] {
  const { ino } = statSync(join(path, 'lock.mdb'));
  const holders = read('/proc/locks')
    .split('\n')
    .map((line) => line.replace('-> ', '').trim().split(/\s+/))
    .filter((fields) => fields[5]?.split(':')[2] === String(ino))
    .map((fields) => Number(fields[4]));
  return [...new Set(holders)].filter((pid) => pid !== process.pid);
}

/** Whether this process still has a file mapped. */
export function mappedHere(file: string): boolean {
  const { ino } = statSync(file);
  return read('/proc/self/maps')
    .split('\n')
    .some((line) => line.split(/\s+/)[4] === String(ino));
}

/** The error for whoever needs a store to himself. */
export function inUse(path: string, pids: readonly number[]): EthogramError {
  return storeErrors.make('STORE-1015', `${path} is open in process ${pids.join(', ')}`, {
    details: { pids },
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
