import { readdirSync, readFileSync } from 'node:fs';
import { loadProcfs } from '@ethogram/native';
import { collectorErrors } from './errors.js';

/** What is given up, and what is not. */
export interface DropOptions {
  /** Whom to become: not root. Without it the process stays who it is, with less rights. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Capabilities to keep, a mask by bit (linux/capability.h); default none. */
  readonly keep?: bigint;
  /** Default `/proc`. */
  readonly procRoot?: string;
}

/** What every thread of this process may do, as the kernel says. */
export interface ThreadPrivileges {
  readonly thread: number;
  /** Real, effective, saved and file system user. */
  readonly uids: readonly number[];
  /** Inheritable, permitted, effective and ambient capabilities, all together. */
  readonly capabilities: bigint;
}

/** What changing one's user takes: CAP_SETGID and CAP_SETUID. */
const BECOME_SOMEBODY = 0b1100_0000n;

/**
 * Gives up capabilities for good, in all threads, and root where a user is named; programs that are
 * started later gain none either. An open eBPF backend goes on: its programs are read by descriptors
 * that it holds. Call it before anything parses, listens, or talks to a database.
 * @returns the threads as they are afterwards; none where the system has no procfs.
 * @throws COLLECT-2006 where a thread kept a privilege, or root was asked for.
 */
export function dropPrivileges(options: DropOptions = {}): readonly ThreadPrivileges[] {
  const { user, keep = 0n, procRoot = '/proc' } = options;
  if (user && ![user.uid, user.gid].every((id) => Number.isInteger(id) && id >= 1)) {
    throw collectorErrors.make(
      'COLLECT-2006',
      `expected a user and a group that are not root, found ${user.uid} and ${user.gid}`,
    );
  }
  const becomes = user !== undefined && process.geteuid?.() === 0;
  keepCapabilities(becomes ? keep | BECOME_SOMEBODY : keep);
  if (becomes) {
    process.setgroups?.([]);
    process.setgid?.(user.gid);
    // The last step, since it takes away the right to the others.
    process.setuid?.(user.uid);
  }
  if (process.platform !== 'linux') return [];
  const threads = threadPrivileges(procRoot);
  const kept = threads.filter(
    ({ capabilities, uids }) => (capabilities & ~keep) !== 0n || (becomes && uids.includes(0)),
  );
  if (kept.length > 0 || threads.length === 0) {
    throw collectorErrors.make(
      'COLLECT-2006',
      `${kept.length} of ${threads.length} threads kept a privilege`,
      { details: { threads: kept.map((thread) => thread.thread) } },
    );
  }
  return threads;
}

/**
 * Leaves no thread of this process more capabilities than a mask has, for good; nothing on systems
 * that have none.
 * @throws COLLECT-2006.
 */
export function keepCapabilities(mask: bigint): void {
  if (process.platform !== 'linux') return;
  const loaded = loadProcfs();
  const failure = loaded.addon ? loaded.addon.keepCapabilities(mask) : loaded.reason;
  if (failure !== undefined) throw collectorErrors.make('COLLECT-2006', failure);
}

/** Reads what each thread of this process may do. */
export function threadPrivileges(procRoot: string): readonly ThreadPrivileges[] {
  return readdirSync(`${procRoot}/self/task`).flatMap((thread) => {
    try {
      const status = readFileSync(`${procRoot}/self/task/${thread}/status`, 'utf8');
      return [parseStatus(Number(thread), status)];
    } catch (error) {
      // A thread may end between the two readings.
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ESRCH') return [];
      throw error;
    }
  });
}

function parseStatus(thread: number, status: string): ThreadPrivileges {
  const uids = /^Uid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/).map(Number) ?? [];
  let capabilities = 0n;
  for (const [, set] of status.matchAll(/^Cap(?:Inh|Prm|Eff|Amb):\s+([0-9a-f]+)$/gm)) {
    capabilities |= BigInt(`0x${set}`);
  }
  return { thread, uids, capabilities };
}
