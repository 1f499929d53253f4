import { dropPrivileges, keepCapabilities, type PrivilegeSteps } from '@ethogram/collector';
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
      dropPrivileges({ keep, ...(person ? { user: person } : {}) });
      dropped = true;
      const who = `user ${process.geteuid?.() ?? 'unknown'}`;
      onDropped(keepPtrace ? `${who}, CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH kept` : who);
    },
  };
}
