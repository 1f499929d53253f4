import type { Tick } from '@ethogram/core';
import { madeTick, processSample } from '../made-tick.js';

/** Ticks that are calm and enough to learn from. */
export const TRAINED = 1000;

/** A host `h` with one database, which may go wild; a tick a second. */
export function lonelyHost(options: { readonly ticks: number; readonly wildFrom: number }): Tick[] {
  return Array.from({ length: options.ticks }, (_, index) => {
    const noise = ((index * 7919) % 101) / 101;
    const load = Math.round((100 + 20 * noise) * (index >= options.wildFrom ? 40 : 1));
    return madeTick(index, [
      processSample('db', { 'syscall.fsync.calls': load, 'syscall.read.calls': 300 + 50 * noise }),
    ]);
  });
}
