import { readdirSync, readFileSync } from 'node:fs';
import { collectorErrors } from './errors.js';

/** Who a privileged process becomes. */
export interface DropOptions {
  /** A user and a group that are not root, such as those of `nobody`. */
  readonly uid: number;
  readonly gid: number;
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

/**
 * Gives up root and every capability for good, in all threads. An open eBPF backend goes on: its
 * programs are read by descriptors that it holds. Call it before anything parses, listens, or
 * talks to a database. A process that is not root only has its threads looked at.
 * @returns the threads as they are afterwards.
 * @throws COLLECT-2006 where a thread kept a privilege, or root was asked for.
 */
export function dropPrivileges(options: DropOptions): readonly ThreadPrivileges[] {
  const { uid, gid, procRoot = '/proc' } = options;
  if (!Number.isInteger(uid) || !Number.isInteger(gid) || uid < 1 || gid < 1) {
    throw collectorErrors.make(
      'COLLECT-2006',
      `expected a user and a group that are not root, found ${uid} and ${gid}`,
    );
  }
  if (process.geteuid?.() === 0) {
    process.setgroups?.([]);
    process.setgid?.(gid);
    // The last step, since it takes away the right to the others.
    process.setuid?.(uid);
  }
  const threads = threadPrivileges(procRoot);
  const kept = threads.filter((thread) => thread.capabilities !== 0n || thread.uids.includes(0));
  if (kept.length > 0 || threads.length === 0) {
    throw collectorErrors.make(
      'COLLECT-2006',
      `${kept.length} of ${threads.length} threads kept a privilege`,
      { details: { threads: kept.map((thread) => thread.thread) } },
    );
  }
  return threads;
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
