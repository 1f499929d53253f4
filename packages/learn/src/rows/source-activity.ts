import type { SourceId } from '@ethogram/core';
import type { StretchSource } from './stretch.js';

/** A source of which nothing was seen yet. */
export function unseenSource({ kind, name }: SourceId): StretchSource {
  return {
    kind,
    name,
    attributes: {},
    ticks: 0,
    activeTicks: 0,
    episodes: 0,
    firstActive: -1,
    lastActive: -1,
    longestSilence: 0,
    starts: 0,
    firstSeen: new Map(),
  };
}

/** Notes that a source was active in a tick, once for each, in their order. */
export function noteActive(source: StretchSource, tick: number): void {
  const { lastActive } = source;
  if (lastActive < 0) source.firstActive = tick;
  else source.longestSilence = Math.max(source.longestSilence, tick - lastActive - 1);
  if (lastActive < 0 || tick - lastActive > 1) source.episodes++;
  source.lastActive = tick;
  source.activeTicks++;
}
