import type { Block } from '@ethogram/core';
import {
  type DenseMatrix,
  HostTracker,
  LEVEL_ROWS,
  nearestCentre,
  unpackMatrix,
} from '@ethogram/features';
import type { Model } from '@ethogram/model';
import type { SourceModes, TimeBins } from '@ethogram/report';

/** So many sources are followed, the most active first. */
const MOST_SOURCES = 12;

interface Followed {
  readonly source: string;
  readonly centres: DenseMatrix;
  readonly point: Float64Array;
  readonly modes: Int16Array;
}

/**
 * Follows in which of its learned modes each source is: the centre of the level view that its last
 * rows are nearest to, one a bin.
 */
export class ModeFollower {
  readonly #tracker: HostTracker;
  readonly #followed: readonly Followed[];
  readonly #bins: TimeBins;

  constructor(model: Model, bins: TimeBins) {
    const sources = model.sources
      .filter(({ level, axes, self }) => level && axes && !self && level.centres.rows > 1)
      .sort((a, b) => b.activeShare - a.activeShare || (a.name < b.name ? -1 : 1))
      .slice(0, MOST_SOURCES);
    this.#tracker = new HostTracker(sources, model.timing);
    this.#bins = bins;
    this.#followed = sources.flatMap(({ kind, name, level }) => {
      if (!level) return [];
      const centres = unpackMatrix(level.centres);
      return {
        source: `${kind}:${name}`,
        centres,
        point: new Float64Array(centres.cols),
        modes: new Int16Array(bins.count).fill(-1),
      };
    });
  }

  /** Follows the ticks of a block. */
  push(block: Block): void {
    if (this.#followed.length === 0) return;
    for (let t = 0; t < block.ts.length; t++) {
      this.#tracker.advance(block, t);
      const bin = this.#bins.at((block.ts[t] as number) - 1);
      for (const [i, { centres, point, modes }] of this.#followed.entries()) {
        const tracker = this.#tracker.sources[i];
        if (!tracker?.eligible || !tracker.windowKnown(LEVEL_ROWS)) continue;
        tracker.window(LEVEL_ROWS, point);
        modes[bin] = nearestCentre(centres, point).index;
      }
    }
  }

  /** Modes by rank, the commonest first; sources that stayed in one are left out. */
  view(): readonly SourceModes[] {
    return this.#followed.flatMap(({ source, centres, modes }) => {
      const counts = new Map<number, number>();
      for (const mode of modes) if (mode >= 0) counts.set(mode, (counts.get(mode) ?? 0) + 1);
      if (counts.size < 2) return [];
      const ranked = [...counts].sort(([a, n], [b, m]) => m - n || a - b);
      const rankOf = new Map(ranked.map(([mode], rank) => [mode, rank]));
      return { source, modes: centres.rows, ranks: modes.map((mode) => rankOf.get(mode) ?? -1) };
    });
  }
}
