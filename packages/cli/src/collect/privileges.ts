import {
  dropPrivileges,
  keepCapabilities,
  type PrivilegeSteps,
  type ThreadPrivileges,
} from '@ethogram/collector';
import { printable } from '@ethogram/report';
import { parseStoreUri } from '@ethogram/store';
import { cliErrors } from '../errors.js';
import { whomToBecome } from './whom-to-become.js';

/** Capabilities by bit (linux/capability.h). */
const SETGID = 1n << 6n;
const SETUID = 1n << 7n;
const DAC_READ_SEARCH = 1n << 2n;
const SYS_PTRACE = 1n << 19n;
const PERFMON = 1n << 38n;
const BPF = 1n << 39n;

/** What `--keep-ptrace` keeps. */
const PTRACE = [
  { name: 'CAP_SYS_PTRACE', mask: SYS_PTRACE },
  { name: 'CAP_DAC_READ_SEARCH', mask: DAC_READ_SEARCH },
] as const;

/** What a run of measuring may keep of its privileges. */
export interface PrivilegeOptions {
  readonly user: string | undefined;
  readonly keepPtrace: boolean;
}

/**
 * The steps by which this process gives up its privileges: to load, it has CAP_BPF and
 * CAP_PERFMON, and what becoming somebody else takes; afterwards none. Safe to take twice.
 * @param storeUri decides whom root becomes, where no user is asked for.
 * @param onDropped told in words who it is then.
 * @throws CLI-1002 where the options cannot be followed.
 */
export function privilegeSteps(
  { user, keepPtrace }: PrivilegeOptions,
  storeUri: string,
  onDropped: (text: string) => void,
): PrivilegeSteps {
  const isRoot = process.geteuid?.() === 0;
  if (user !== undefined && keepPtrace) {
    throw cliErrors.make('CLI-1002', 'expected --user or --keep-ptrace, found both');
  }
  if (user !== undefined && !isRoot) assertIs(user);
  const uri = parseStoreUri(storeUri);
  const folder = uri.driver === 'lmdb' ? uri.path : undefined;
  const person = isRoot && !keepPtrace ? whomToBecome({ user, folder }) : undefined;
  // Without them most of what procfs says of other users' processes is closed to us.
  const keep = keepPtrace ? SYS_PTRACE | DAC_READ_SEARCH : 0n;
  let dropped = false;
  return {
    beforeLoading: () => {
      if (!dropped) keepCapabilities(BPF | PERFMON | keep | (person ? SETUID | SETGID : 0n));
    },
    afterLoading: () => {
      if (dropped) return;
      const threads = dropPrivileges({ keep, ...(person ? { user: person } : {}) });
      dropped = true;
      const who = `user ${process.geteuid?.() ?? 'unknown'}`;
      onDropped(keepPtrace ? `${who}, ${keptText(threads)}` : who);
    },
  };
}

/**
 * Whoever is not root can become nobody else.
 * @throws CLI-1002 where this process is not that user.
 */
function assertIs(user: string): void {
  const uid = process.geteuid?.();
  if (whomToBecome({ user, folder: undefined })?.uid === uid) return;
  throw cliErrors.make(
    'CLI-1002',
    `--user ${printable(user)}: expected to be started as root, who alone can become somebody, or as that user; found user ${uid ?? 'unknown'}`,
  );
}

/** Which of the capabilities that `--keep-ptrace` asks for every thread has. */
export function keptText(threads: readonly Pick<ThreadPrivileges, 'capabilities'>[]): string {
  const kept = PTRACE.filter(
    ({ mask }) =>
      threads.length > 0 && threads.every((thread) => (thread.capabilities & mask) !== 0n),
  );
  if (kept.length > 0) return `${kept.map(({ name }) => name).join(' and ')} kept`;
  return `without ${PTRACE.map(({ name }) => name).join(' or ')}, which it did not have to keep`;
}
