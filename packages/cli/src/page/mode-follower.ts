import type { Block } from '@ethogram/core';
import {
  type DenseMatrix,
  HostTracker,
  inGroups,
  LEVEL_ROWS,
  nearestCentre,
  unpackMatrix,
} from '@ethogram/features';
import type { Model, SourceModel } from '@ethogram/model';
import type { SourceModes, TimeBins } from '@ethogram/report';

/** So many sources are followed, the most active first. */
const MOST_SOURCES = 12;

interface Followed {
  readonly source: string;
  readonly centres: DenseMatrix;
  readonly point: Float64Array;
  readonly modes: NonNullable<SourceModel['modes']>;
  readonly at: Int16Array;
}

/**
 * Follows in which of its learned modes each source is: that of the centre of the level view which
 * its last rows are nearest to, one a bin.
 */
export class ModeFollower {
  readonly #tracker: HostTracker;
  readonly #followed: readonly Followed[];
  readonly #bins: TimeBins;
  readonly #group: Model['group'];

  constructor(model: Model, bins: TimeBins) {
    const sources = model.sources
      .filter(({ modes, axes, self }) => axes && !self && (modes?.share.length ?? 0) > 1)
      .sort((a, b) => b.activeShare - a.activeShare || (a.name < b.name ? -1 : 1))
      .slice(0, MOST_SOURCES);
    this.#tracker = new HostTracker(sources, model.timing);
    this.#bins = bins;
    this.#group = model.group;
    this.#followed = sources.flatMap(({ kind, name, level, modes }) => {
      if (!level || !modes) return [];
      const centres = unpackMatrix(level.centres);
      return {
        source: `${kind}:${name}`,
        centres,
        point: new Float64Array(centres.cols),
        modes,
        at: new Int16Array(bins.count).fill(-1),
      };
    });
  }

  /** Follows the ticks of a block. */
  push(recorded: Block): void {
    if (this.#followed.length === 0) return;
    const block = inGroups(recorded, this.#group);
    for (let t = 0; t < block.ts.length; t++) {
      this.#tracker.advance(block, t);
      const bin = this.#bins.at((block.ts[t] as number) - 1);
      for (const [i, { centres, point, modes, at }] of this.#followed.entries()) {
        const tracker = this.#tracker.sources[i];
        if (!tracker?.eligible || !tracker.windowKnown(LEVEL_ROWS)) continue;
        tracker.window(LEVEL_ROWS, point);
        at[bin] = modes.of[nearestCentre(centres, point).index] ?? -1;
      }
    }
  }

  /** What was followed; sources that were never seen in a mode are left out. */
  view(): readonly SourceModes[] {
    return this.#followed
      .filter(({ at }) => at.some((mode) => mode >= 0))
      .map(({ source, modes, at }) => ({ source, modes, at }));
  }
}
