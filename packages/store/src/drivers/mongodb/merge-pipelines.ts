import type { Document } from 'mongodb';
import type { StepMs } from '../../store.js';

/** A stretch of committed ticks of one host. */
export interface Stretch {
  readonly recording: string;
  readonly host: string;
  readonly from: Date;
  /** The last instant in it. */
  readonly last: Date;
  /** Which sequence numbers are committed; what is in none of these is not there. */
  readonly runs: readonly {
    readonly boot: string;
    readonly first: number;
    readonly last: number;
  }[];
}

/** What a merged tick is told by: its interval, and the boot. */
export interface MergedId {
  readonly t: Date;
  readonly boot: string;
  readonly kind: string;
  readonly name: string;
}

/** One source in one merged tick: how many documents it was, and its newest attributes. */
export interface MergedSource {
  readonly _id: MergedId;
  readonly rows: number;
  readonly newest: { readonly a?: readonly { readonly k: string; readonly v: string }[] };
}

/** Its metrics, each added up and as it was last. */
export interface MergedValues {
  readonly _id: MergedId;
  readonly m: readonly { readonly k: string; readonly sum: number; readonly last: number }[];
}

/** Its histograms, a bucket each; which tick had the scheme first says which scheme is newer. */
export interface MergedBuckets {
  readonly _id: MergedId & { readonly k: string; readonly s: string };
  readonly b: readonly { readonly b: number; readonly c: number; readonly first: number }[];
}

const SOURCE_KEYS = { boot: '$_id.boot', kind: '$_id.kind', name: '$_id.name' };

/**
 * The stages that all pipelines begin with: documents of committed ticks, each once although a
 * retry may have doubled it, in the order of the ticks, with the interval `t` that they belong to.
 * Intervals of `$dateTrunc` are counted from 2000-01-01, which begins one of any length here.
 */
function once(stretch: Stretch, stepMs: StepMs, fields: readonly ('m' | 'h' | 'a')[]): Document[] {
  return [
    {
      $match: {
        'meta.recording': stretch.recording,
        'meta.host': stretch.host,
        ts: { $gte: stretch.from, $lte: stretch.last },
        $or: stretch.runs.map(({ boot, first, last }) => ({
          boot,
          seq: { $gte: first, $lte: last },
        })),
      },
    },
    {
      $group: {
        _id: { boot: '$boot', seq: '$seq', kind: '$meta.kind', name: '$meta.name', part: '$part' },
        ts: { $first: '$ts' },
        ...Object.fromEntries(fields.map((field) => [field, { $first: `$${field}` }])),
      },
    },
    { $sort: { ts: 1, '_id.seq': 1 } },
    {
      $addFields: { t: { $dateTrunc: { date: '$ts', unit: 'second', binSize: stepMs / 1000 } } },
    },
  ];
}

/** Which sources there are, as {@link MergedSource}. */
export function sourcesPipeline(stretch: Stretch, stepMs: StepMs): Document[] {
  return [
    ...once(stretch, stepMs, ['a']),
    {
      $group: {
        _id: { t: '$t', ...SOURCE_KEYS },
        rows: { $sum: 1 },
        newest: { $mergeObjects: { $cond: [{ $isArray: '$a' }, { a: '$a' }, null] } },
      },
    },
  ];
}

/** Their metrics, as {@link MergedValues}. */
export function valuesPipeline(stretch: Stretch, stepMs: StepMs): Document[] {
  return [
    ...once(stretch, stepMs, ['m']),
    { $unwind: '$m' },
    {
      $group: {
        _id: { t: '$t', ...SOURCE_KEYS, k: '$m.k' },
        sum: { $sum: '$m.v' },
        last: { $last: '$m.v' },
      },
    },
    {
      $group: {
        _id: { t: '$_id.t', ...SOURCE_KEYS },
        m: { $push: { k: '$_id.k', sum: '$sum', last: '$last' } },
      },
    },
  ];
}

/** Their histograms, as {@link MergedBuckets}. */
export function bucketsPipeline(stretch: Stretch, stepMs: StepMs): Document[] {
  return [
    ...once(stretch, stepMs, ['h']),
    { $unwind: '$h' },
    { $addFields: { pair: { $zip: { inputs: ['$h.b', '$h.c'] } } } },
    { $unwind: '$pair' },
    {
      $group: {
        _id: {
          t: '$t',
          ...SOURCE_KEYS,
          k: '$h.k',
          s: '$h.s',
          b: { $arrayElemAt: ['$pair', 0] },
        },
        c: { $sum: { $arrayElemAt: ['$pair', 1] } },
        first: { $first: '$_id.seq' },
      },
    },
    {
      $group: {
        _id: { t: '$_id.t', ...SOURCE_KEYS, k: '$_id.k', s: '$_id.s' },
        b: { $push: { b: '$_id.b', c: '$c', first: '$first' } },
      },
    },
  ];
}

/**
 * The documents that have one of these metrics, with nothing but these: what a server cannot
 * merge as retention does, which weighs values by the measured length of their tick.
 */
export function onlyPipeline(stretch: Stretch, metrics: readonly string[]): Document[] {
  const [match] = once(stretch, 60_000, []);
  return [
    { $match: { ...match?.$match, 'm.k': { $in: metrics } } },
    {
      $project: {
        _id: 0,
        meta: 1,
        ts: 1,
        boot: 1,
        seq: 1,
        part: 1,
        m: { $filter: { input: '$m', as: 'm', cond: { $in: ['$$m.k', metrics] } } },
      },
    },
  ];
}
