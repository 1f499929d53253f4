import { type Block, sourceKey } from '@ethogram/core';
import type { MergedLink } from './graph-input.js';

/** Merges the links of a window's blocks: one entry per ends and kind. */
export class LinkMerger {
  readonly #links = new Map<string, Mutable<MergedLink>>();

  /** Adds the links of a block; `holds` says which ticks belong to the window. */
  add(block: Block, holds: (ts: number) => boolean = () => true): void {
    for (const [t, links] of block.links) {
      const ts = block.ts[t] as number;
      if (!holds(ts)) continue;
      for (const { from, to, kind, opened, events, bytes } of links) {
        this.addMerged({ from, to, kind, opened, events, bytes, firstSeen: ts, lastSeen: ts });
      }
    }
  }

  /** Adds what another merger has merged. */
  addMerged(link: MergedLink): void {
    const key = `${sourceKey(link.from)}\u0000${sourceKey(link.to)}\u0000${link.kind}`;
    const known = this.#links.get(key);
    if (known) {
      known.opened += link.opened;
      known.events += link.events;
      known.bytes += link.bytes;
      known.firstSeen = Math.min(known.firstSeen, link.firstSeen);
      known.lastSeen = Math.max(known.lastSeen, link.lastSeen);
      return;
    }
    const { from, to } = link;
    this.#links.set(key, {
      ...link,
      from: { kind: from.kind, name: from.name },
      to: { kind: to.kind, name: to.name },
    });
  }

  /** What was merged, ordered by ends and kind in code-unit order. */
  links(): MergedLink[] {
    return [...this.#links].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, link]) => link);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
