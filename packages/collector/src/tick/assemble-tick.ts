import type { Tick } from '@ethogram/core';
import type { TickStamp } from './tick-clock.js';
import type { TickDraft } from './tick-draft.js';

/** What all ticks of one run share. */
export interface TickOrigin {
  readonly host: string;
  readonly boot: string;
  readonly backend: string;
  readonly blind: readonly string[];
}

/** Makes the tick of what was drafted; late ticks count the intervals missed as `tick.late`. */
export function assembleTick(origin: TickOrigin, stamp: TickStamp, draft: TickDraft): Tick {
  draft.lose('tick.late', stamp.missed);
  return {
    host: origin.host,
    boot: origin.boot,
    seq: stamp.seq,
    ts: stamp.ts,
    intervalNs: stamp.intervalNs,
    backend: origin.backend,
    blind: origin.blind,
    samples: draft.samples(),
    links: draft.links,
    linkSnapshot: draft.linkSnapshot,
    markers: [...stamp.markers, ...draft.markers],
    lost: draft.lost(),
  };
}
