import { sourceKey } from '@ethogram/core';
import type { GraphPart } from '@ethogram/model';
import { collapsePlumbing } from '../assemble/collapse-plumbing.js';
import { type MergedEdge, mergeObserved } from '../assemble/merge-observed.js';

/** An observed link that only one of two graphs has. */
export interface ComparedLink {
  readonly from: string;
  readonly to: string;
  readonly change: 'gone' | 'new';
  readonly events: number;
  readonly p: number;
}

/** Transfers within this time are one event: they come in bursts. */
const BURST_MS = 10_000;

/**
 * Compares observed links: one that was there before and is not after (or the other way round)
 * changed by more than noise where its rate would hardly have left the other window empty.
 * Links of `fork` are left out, since what starts what follows from restarts.
 */
export function compareLinks(before: GraphPart, after: GraphPart): ComparedLink[] {
  const [old, now] = [linksOf(before), linksOf(after)];
  const only = (
    these: ReadonlyMap<string, MergedEdge>,
    others: ReadonlyMap<string, MergedEdge>,
    change: 'gone' | 'new',
    [here, there]: readonly [GraphPart, GraphPart],
  ) =>
    [...these].flatMap(([key, { events }]) => {
      if (others.has(key)) return [];
      const [from, to] = key.split('\u0000') as [string, string];
      return [{ from, to, change, events, p: chanceOfNone(events, here, there) }];
    });
  return [...only(old, now, 'gone', [before, after]), ...only(now, old, 'new', [after, before])];
}

function linksOf(part: GraphPart): Map<string, MergedEdge> {
  const keys = part.nodes.map(sourceKey);
  const links = mergeObserved(collapsePlumbing(part.nodes, part.observed));
  return new Map(
    links
      .filter(({ relation }) => relation !== 'spawns')
      .map((link) => [`${keys[link.from]}\u0000${keys[link.to]}`, link] as const),
  );
}

/** Probability that all bursts fall into one of two windows (conditional binomial test). */
function chanceOfNone(events: number, here: GraphPart, there: GraphPart): number {
  const lengthHere = Math.max(1, here.to - here.from);
  const lengthThere = Math.max(1, there.to - there.from);
  const bursts = Math.min(events, lengthHere / BURST_MS);
  return (lengthHere / (lengthHere + lengthThere)) ** bursts;
}
