import type { Tick } from '@ethogram/core';

/** Ticks that are calm and enough to learn from. */
export const TRAINED = 1000;

/** A host `h` with one database, which may go wild; a tick a second. */
export function lonelyHost(options: { readonly ticks: number; readonly wildFrom: number }): Tick[] {
  const start = Date.UTC(2026, 4, 1);
  return Array.from({ length: options.ticks }, (_, index): Tick => {
    const noise = ((index * 7919) % 101) / 101;
    const load = Math.round((100 + 20 * noise) * (index >= options.wildFrom ? 40 : 1));
    return {
      host: 'h',
      boot: 'b',
      seq: index,
      ts: start + index * 1000,
      intervalNs: 1e9,
      backend: 'ebpf',
      blind: [],
      samples: [
        {
          kind: 'process',
          name: 'db',
          values: new Map([
            ['syscall.fsync.calls', load],
            ['syscall.read.calls', Math.round(300 + 50 * noise)],
          ]),
        },
      ],
      links: [],
      linkSnapshot: false,
      markers: [],
      lost: {},
    };
  });
}
