import type { SourceKind } from '@ethogram/core';
import { type Link, sourceKey } from '@ethogram/core';
import type { SeriesRole } from './series-role.js';

/** What one source ever showed in training. */
export interface NoveltySets {
  /** Names of system calls that were made. */
  readonly calls: readonly string[];
  /** Names of system calls that failed. */
  readonly errors: readonly string[];
  /** {@link linkItem}s of which the source is the starting end. */
  readonly links: readonly string[];
}

/**
 * Calls that the C library, an allocator or a runtime makes when it sees fit: memory, locks,
 * timers, signals on their way back. That a program makes one for the first time says nothing
 * about what the program does.
 */
const HOUSEKEEPING: ReadonlySet<string> = new Set([
  'brk',
  'mmap',
  'munmap',
  'mremap',
  'mprotect',
  'madvise',
  'futex',
  'sched_yield',
  'rt_sigreturn',
  'restart_syscall',
  'getrusage',
  'membarrier',
  'rseq',
]);

/**
 * The item that a value above zero of a series shows: `call:openat` or `error:connect`;
 * null for series that cannot be new in kind, and for housekeeping calls.
 */
export function noveltyItem(kind: SourceKind, role: SeriesRole): string | null {
  if (kind !== 'process' || role.role !== 'call' || HOUSEKEEPING.has(role.call)) return null;
  return `${role.what === 'calls' ? 'call' : 'error'}:${role.call}`;
}

/** The item that a link shows of its starting end: `tcp>process:redis`. */
export function linkItem(link: Pick<Link, 'kind' | 'to'>): string {
  return `${link.kind}>${sourceKey(link.to)}`;
}

/** All items of the sets, as {@link noveltyItem} and {@link linkItem} write them. */
export function knownItems(sets: NoveltySets): Set<string> {
  return new Set([
    ...sets.calls.map((call) => `call:${call}`),
    ...sets.errors.map((call) => `error:${call}`),
    ...sets.links.map((link) => `link:${link}`),
  ]);
}
