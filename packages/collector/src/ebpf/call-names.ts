import { EBPF_TABLES } from '@ethogram/native';
import { ARM64_CALLS } from './calls/arm64.js';
import { COMMON_CALLS } from './calls/common.js';
import { I386_CALLS } from './calls/i386.js';
import { X86_64_CALLS } from './calls/x86-64.js';

/** Where the numbers that all ABIs share begin, and in which slot they stand (native/bpf/records.h). */
const COMMON_FROM = 424;
const COMMON_SLOT = 335;
const SLOTS = 440;

/** Names a slot of a table: `read`, `nr_333` for a number without a name, `other` for the last. */
export type CallNamer = (table: number, slot: number) => string;

/**
 * The names of the system calls on a CPU.
 * @param arch as Node names it; others than `x64` and `arm64` know only the common calls.
 */
export function callNamer(arch: string): CallNamer {
  const native = slotNames({ x64: X86_64_CALLS, arm64: ARM64_CALLS }[arch] ?? '', 'nr');
  const compat = slotNames(arch === 'x64' ? I386_CALLS : '', 'compat');
  return (table, slot) => {
    const isCompat = table === EBPF_TABLES.compat || table === EBPF_TABLES.compatRetries;
    return (isCompat ? compat : native)[slot] ?? 'other';
  };
}

function slotNames(low: string, prefix: string): readonly string[] {
  const lowNames = low.trim().split(/\s+/);
  const commonNames = COMMON_CALLS.trim().split(/\s+/);
  return Array.from({ length: SLOTS }, (_, slot) => {
    if (slot === SLOTS - 1) return 'other';
    const common = prefix === 'nr' && slot >= COMMON_SLOT;
    const name = common ? commonNames[slot - COMMON_SLOT] : lowNames[slot];
    if (name !== undefined && name !== '-' && name !== '') return name;
    return `${prefix}_${common ? slot - COMMON_SLOT + COMMON_FROM : slot}`;
  });
}
