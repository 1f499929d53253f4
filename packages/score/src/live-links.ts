import { type Block, type Link, type SourceId, sourceKey } from '@ethogram/core';

/** Pairs remembered at most; the one unseen for longest gives way. */
const MOST = 4096;

/** A pair of linked sources: `[from, to, kind, last tick]`. */
export type LivePair = readonly [string, string, Link['kind'], number];

/** Who was linked to whom lately: what brings sources together that training never saw. */
export class LiveLinks {
  readonly #span: number;
  readonly #pairs = new Map<string, LivePair>();
  #tick = 0;

  /** @param span ticks for which a link is remembered. */
  constructor(span: number) {
    this.#span = span;
  }

  /** Takes the links of a tick. */
  visit(block: Block, t: number): void {
    this.#tick++;
    for (const link of block.links.get(t) ?? []) {
      const from = sourceKey(link.from);
      const to = sourceKey(link.to);
      if (from === to) continue;
      const key = `${from} ${link.kind} ${to}`;
      this.#pairs.delete(key);
      this.#pairs.set(key, [from, to, link.kind, this.#tick]);
    }
    for (const [key, pair] of this.#pairs) {
      if (this.#tick - pair[3] <= this.#span && this.#pairs.size <= MOST) break;
      this.#pairs.delete(key);
    }
  }

  /** Keys of the sources that spawned this one lately. */
  parentsOf(source: SourceId): readonly string[] {
    const key = sourceKey(source);
    return [...this.#pairs.values()]
      .filter(([, to, kind]) => kind === 'fork' && to === key)
      .map(([from]) => from)
      .sort();
  }

  /** Keys of the sources at the other ends of its links. */
  linkedTo(source: SourceId): readonly string[] {
    const key = sourceKey(source);
    const others = new Set<string>();
    for (const [from, to] of this.#pairs.values()) {
      if (from === key) others.add(to);
      else if (to === key) others.add(from);
    }
    return [...others].sort();
  }

  /** Its state, for a checkpoint. */
  state(): { readonly tick: number; readonly pairs: readonly LivePair[] } {
    return { tick: this.#tick, pairs: [...this.#pairs.values()] };
  }

  resume(state: { readonly tick: number; readonly pairs: readonly LivePair[] }): void {
    this.#tick = state.tick;
    this.#pairs.clear();
    for (const pair of state.pairs) this.#pairs.set(`${pair[0]} ${pair[2]} ${pair[1]}`, pair);
  }
}
