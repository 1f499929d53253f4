import type { SourceSample, Tick } from '@ethogram/core';

/**
 * A tick of one second of the host `h` in its boot `b`, with nothing lost, linked or marked.
 * @param ts its end, milliseconds UTC
 * @param more what is otherwise
 */
export function quietTick(
  seq: number,
  ts: number,
  samples: readonly SourceSample[],
  more: Partial<Tick> = {},
): Tick {
  return {
    host: 'h',
    boot: 'b',
    seq,
    ts,
    intervalNs: 1e9,
    backend: 'ebpf',
    blind: [],
    samples,
    links: [],
    linkSnapshot: false,
    markers: [],
    lost: {},
    ...more,
  };
}
