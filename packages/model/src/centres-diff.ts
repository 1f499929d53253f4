import { unpack } from './histogram-shares.js';
import type { SourceModel } from './source-part.js';

/** Root mean square over the metrics, in standard deviations, from which two windows are not alike. */
const ANOTHER = 1;
/** Beyond ten standard deviations features are bent to a logarithm (features, source-tracker). */
const BEND = 10;
/** Rows in a window of the level view. */
const WINDOW_ROWS = 10;

/** How the typical windows of a source, the centres of its level view, changed. */
export interface CentresDiff {
  /** How many there were, and are. */
  readonly from: number;
  readonly to: number;
  /** Windows without one like it in the other model. */
  readonly added: number;
  readonly gone: number;
  /** Of the added window that is farthest from all before: the metric that sets it apart most. */
  readonly farthest: {
    readonly metric: string;
    readonly value: number;
    /** The same metric in the nearest window before. */
    readonly nearest: number;
  } | null;
}

/**
 * Compares typical windows over the metrics that both models know, in units of the older one: the
 * mean of a window, back from components to metrics.
 * @returns null where either has none or they have no metric in common.
 */
export function diffCentres(from: SourceModel, to: SourceModel): CentresDiff | null {
  const before = windowsOf(from);
  const after = windowsOf(to);
  const common = from.features.flatMap((feature, i) => {
    const j = to.features.findIndex(({ metric }) => metric === feature.metric);
    return j < 0 ? [] : [{ feature, i, j }];
  });
  if (!before || !after || common.length === 0) return null;
  const standardised = (value: number, { mean, sd }: SourceModel['features'][number]): number =>
    bend((value - mean) / sd);
  const old = before.map((mode) =>
    common.map(({ feature, i }) => standardised(mode[i] as number, feature)),
  );
  const now = after.map((mode) =>
    common.map(({ feature, j }) => standardised(mode[j] as number, feature)),
  );
  const nearestOld = now.map((point) => nearest(point, old));
  const added = nearestOld.filter(({ distance }) => distance >= ANOTHER).length;
  const gone = old.filter((point) => nearest(point, now).distance >= ANOTHER).length;
  const counts = { from: old.length, to: now.length, added, gone };
  const far = nearestOld.reduce((best, one, n) => {
    return one.distance > (nearestOld[best] as Nearest).distance ? n : best;
  }, 0);
  const { index, distance } = nearestOld[far] as Nearest;
  if (distance < ANOTHER) return { ...counts, farthest: null };
  const apart = common.map((_, k) =>
    Math.abs((now[far]?.[k] as number) - (old[index]?.[k] as number)),
  );
  const most = common[apart.indexOf(Math.max(...apart))] as (typeof common)[number];
  const farthest = {
    metric: most.feature.metric,
    value: after[far]?.[most.j] as number,
    nearest: before[index]?.[most.i] as number,
  };
  return { ...counts, farthest };
}

interface Nearest {
  readonly index: number;
  readonly distance: number;
}

function nearest(point: readonly number[], others: readonly (readonly number[])[]): Nearest {
  let best: Nearest = { index: 0, distance: Number.POSITIVE_INFINITY };
  for (const [index, other] of others.entries()) {
    let sum = 0;
    for (let k = 0; k < point.length; k++) {
      sum += ((point[k] as number) - (other[k] as number)) ** 2;
    }
    const distance = Math.sqrt(sum / point.length);
    if (distance < best.distance) best = { index, distance };
  }
  return best;
}

/** Windows × features in the units of the metrics; null where there are none. */
function windowsOf({ level, axes, features }: SourceModel): readonly (readonly number[])[] | null {
  if (!level || !axes || features.length === 0) return null;
  const centres = unpack(level.centres);
  const directions = unpack(axes);
  return centres.map((centre) => {
    const components = directions.map((_, k) => {
      let sum = 0;
      for (let row = 0; row < WINDOW_ROWS; row++) {
        sum += centre[row * directions.length + k] as number;
      }
      return sum / WINDOW_ROWS;
    });
    return features.map(({ mean, sd }, j) => {
      const bent = directions.reduce(
        (sum, direction, k) => sum + (components[k] as number) * (direction[j] as number),
        0,
      );
      return mean + sd * unbend(bent);
    });
  });
}

function bend(z: number): number {
  const size = Math.abs(z);
  return size <= BEND ? z : Math.sign(z) * BEND * (1 + Math.log(size / BEND));
}

function unbend(bent: number): number {
  const size = Math.abs(bent);
  return size <= BEND ? bent : Math.sign(bent) * BEND * Math.exp(size / BEND - 1);
}
