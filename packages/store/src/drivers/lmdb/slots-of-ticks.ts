import type { Tick } from '@ethogram/core';
import { LONGEST_SLOT_MS, SLOT_MS, slotStart } from '../../chunk/slot-value.js';

/** Ticks that end in one slot. */
export interface TickSlot {
  readonly start: number;
  readonly lengthMs: number;
  readonly ticks: readonly Tick[];
}

/**
 * Ticks, ascending, by the slot in which they end. Those in the ten minutes of the last tick are
 * in slots of a minute, since more may follow; those before in slots of ten, so that minutes of
 * which each has one tick cost no chunk each.
 */
export function bySlot(ticks: readonly Tick[]): TickSlot[] {
  const open = slotStart(ticks.at(-1)?.ts ?? 0, LONGEST_SLOT_MS);
  const slots: (TickSlot & { readonly ticks: Tick[] })[] = [];
  for (const tick of ticks) {
    const lengthMs = tick.ts < open ? LONGEST_SLOT_MS : SLOT_MS;
    const start = slotStart(tick.ts, lengthMs);
    const last = slots.at(-1);
    if (last?.start === start && last.lengthMs === lengthMs) last.ticks.push(tick);
    else slots.push({ start, lengthMs, ticks: [tick] });
  }
  return slots;
}
