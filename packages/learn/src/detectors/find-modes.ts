import { seededRng } from '@ethogram/core';
import { type DenseMatrix, nearestCentre, unpackMatrix } from '@ethogram/features';
import type { SourceModel } from '@ethogram/model';
import { quantileSorted } from 'simple-statistics';
import type { Kernels } from '../kernels/kernels.js';
import { seedCentres } from '../kernels/seed-centres.js';
import { distancesAmong, silhouette } from './silhouette.js';

/** Most modes of a source: more could not be told apart by a reader. */
const MOST_MODES = 6;
/** Mean silhouette from which groups are a reasonable structure (Kaufman & Rousseeuw 1990, table 2.4). */
const LEAST_SILHOUETTE = 0.5;
/** Share of training that makes a state: what is rarer is an event. */
const LEAST_SHARE = 0.02;
/**
 * Windows that modes are sought on, evenly over training: a mode of 2 % has six of them. Silhouettes
 * cost their square, for every source.
 */
const MOST_WINDOWS = 300;
/** When k-means stops: see MoveOptions. */
const MOVES = Object.freeze({ iterations: 30, tolerance: 1e-4 });
/** Windows beyond these quantiles of a component count as lying on them: outliers make no groups. */
const TAILS = [0.01, 0.99] as const;
/** Metrics that mark a mode, at most, and the deviation (sd) from which one does. */
const MOST_MARKS = 3;
const LEAST_MARK = 0.5;

/** What of a source says what its windows mean. */
type Described = Pick<SourceModel, 'features' | 'axes'>;
type Modes = NonNullable<SourceModel['modes']>;

/**
 * Finds the modes of a source: states in which its means over a window stay. k-means for
 * 2 to 6 groups, the number by the largest mean silhouette; one mode where no number gives groups
 * that stand apart and that hold 2 % of training each. Each centre of the level view belongs to the
 * nearest mode; they are counted over training, and how often one followed another.
 * @param source whose features and axes (components × features) the windows were made with.
 * @param centres of windows, rows × components each.
 * @param windows of training in the order of time, laid out like the centres; most are one step
 * apart, and across a gap the step is longer.
 * Complexity: windows × centres × dimensions.
 */
export function findModes(
  source: Described,
  centres: DenseMatrix,
  windows: readonly Float32Array[],
  seed: number,
  kernels: Kernels,
): Modes {
  const components = source.axes?.rows ?? 1;
  const states = findStates(
    evenly(windows, MOST_WINDOWS).map((window) => meansOf(window, components)),
    seed,
    kernels,
  );
  const own = Array.from({ length: centres.rows }, (_, c) =>
    meansOf(centres.data.subarray(c * centres.cols, (c + 1) * centres.cols), components),
  );
  const groups = own.map((means) => nearestCentre(states, means).index);
  const point = new Float64Array(centres.cols);
  let last = 0;
  const nearest = windows.map((window) => {
    point.set(window);
    last = nearestCentre(centres, point, last).index;
    return last;
  });
  const weights = Array.from({ length: centres.rows }, () => 0);
  for (const centre of nearest) weights[centre] = (weights[centre] as number) + 1;
  const of = byShare(groups, weights);
  const time = Array.from({ length: Math.max(...of) + 1 }, () => 0);
  const transitions = time.map(() => time.map(() => 0));
  for (const [i, centre] of nearest.entries()) {
    const mode = of[centre] as number;
    time[mode] = (time[mode] as number) + 1;
    const before = nearest[i - 1];
    if (before === undefined) continue;
    const row = transitions[of[before] as number] as number[];
    row[mode] = (row[mode] as number) + 1;
  }
  return {
    of,
    share: time.map((n) => n / Math.max(1, windows.length)),
    marks: time.map((_, mode) => {
      const inMode = weights.map((weight, centre) => (of[centre] === mode ? weight : 0));
      return marksOf(source, own, inMode);
    }),
    transitions,
  };
}

/** Where the groups of means are; a single group where they do not stand apart. */
function findStates(means: readonly Float64Array[], seed: number, kernels: Kernels): DenseMatrix {
  const cols = means[0]?.length ?? 0;
  const points = withoutTails(means, cols);
  const rows = Array.from(means, (_, i) => points.subarray(i * cols, (i + 1) * cols));
  const different = new Set(rows.map((row) => row.join())).size;
  let best: DenseMatrix = { rows: 1, cols, data: new Float64Array(cols) };
  let bestScore = LEAST_SILHOUETTE;
  if (different < 2) return best;
  const distances = distancesAmong(points, cols);
  for (let k = 2; k <= Math.min(MOST_MODES, different); k++) {
    const rng = seededRng(seed).fork(`modes/${k}`);
    const first = seedCentres(points, cols, k, rng, kernels);
    const data = kernels.moveCentres(points, cols, first, MOVES);
    const found = { rows: k, cols, data };
    const labels = rows.map((row) => nearestCentre(found, row).index);
    const sizes = Array.from({ length: k }, () => 0);
    for (const label of labels) sizes[label] = (sizes[label] as number) + 1;
    if (Math.min(...sizes) < LEAST_SHARE * rows.length) continue;
    const score = silhouette(distances, labels);
    if (score > bestScore) [best, bestScore] = [found, score];
  }
  return best;
}

/** The means as one matrix, their components cut at the tails. */
function withoutTails(means: readonly Float64Array[], cols: number): Float64Array {
  const out = new Float64Array(means.length * cols);
  for (let j = 0; j < cols; j++) {
    const sorted = Float64Array.from(means, (mean) => mean[j] as number).sort();
    const [low, high] = TAILS.map((share) => quantileSorted(Array.from(sorted), share));
    for (const [i, mean] of means.entries()) {
      const value = mean[j] as number;
      out[i * cols + j] = Math.min(high as number, Math.max(low as number, value));
    }
  }
  return out;
}

/** The mean of each component over a window. */
function meansOf(window: Float32Array | Float64Array, components: number): Float64Array {
  const means = new Float64Array(components);
  const rows = window.length / components;
  for (let from = 0; from < window.length; from += components) {
    for (let j = 0; j < components; j++) {
      means[j] = (means[j] as number) + (window[from + j] as number) / rows;
    }
  }
  return means;
}

/** The metrics that deviate most from their mean in the windows of a mode, the most first. */
function marksOf(
  { features, axes }: Described,
  centres: readonly Float64Array[],
  weights: readonly number[],
): Modes['marks'][number] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0 || !axes) return [];
  const loadings = unpackMatrix(axes);
  const component = new Float64Array(loadings.rows);
  for (const [c, weight] of weights.entries()) {
    for (let k = 0; k < loadings.rows; k++) {
      component[k] = (component[k] as number) + (weight / total) * (centres[c]?.[k] ?? 0);
    }
  }
  return features
    .map(({ metric, mean, sd }, j) => {
      let z = 0;
      for (let k = 0; k < loadings.rows; k++) {
        z += (component[k] as number) * (loadings.data[k * loadings.cols + j] as number);
      }
      return { metric, mean: mean + z * sd, z };
    })
    .filter(({ z }) => Math.abs(z) >= LEAST_MARK)
    .sort((a, b) => Math.abs(b.z) - Math.abs(a.z) || (a.metric < b.metric ? -1 : 1))
    .slice(0, MOST_MARKS);
}

/** Renames groups so that the one with most windows is 0; ties by their first centre. */
function byShare(groups: readonly number[], weights: readonly number[]): number[] {
  const total = new Map<number, number>();
  for (const [centre, group] of groups.entries()) {
    total.set(group, (total.get(group) ?? 0) + (weights[centre] as number));
  }
  const order = [...total].sort((a, b) => b[1] - a[1]).map(([group]) => group);
  return groups.map((group) => order.indexOf(group));
}

/** So many items at most, evenly over the list. */
function evenly<T>(items: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, Math.ceil(items.length / most));
  return items.filter((_, i) => i % step === 0);
}
