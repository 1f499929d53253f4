import { SOURCE_KINDS } from '@ethogram/core';
import { z } from 'zod';
import { mismatchedShapes } from './matching-shapes.js';

const finite = z.number();
const count = z.number().min(0);
const share = finite.min(0).max(1);

/** A matrix of numbers, row-major, base64 of little-endian int16 fractions of `scale` or float32. */
export const packedMatrixSchema = z
  .strictObject({
    rows: z.int().min(0).max(100_000),
    cols: z.int().min(0).max(100_000),
    type: z.enum(['i16', 'f32']),
    scale: count,
    data: z.base64(),
  })
  .superRefine((matrix, context) => {
    const bytes = matrix.rows * matrix.cols * (matrix.type === 'i16' ? 2 : 4);
    if (matrix.data.length !== Math.ceil(bytes / 3) * 4) {
      context.addIssue({
        code: 'custom',
        path: ['data'],
        message: `expected ${bytes} bytes, found ${matrix.data.length} characters of base64`,
      });
    }
  });

/** One number of a feature row: how it is standardised, and what was seen of it in training. */
export const featureSchema = z.strictObject({
  metric: z.string().min(1),
  type: z.enum(['counter', 'gauge']),
  mean: finite,
  sd: finite.positive(),
  min: finite,
  max: finite,
  /** Usual deviations from the mean: one row, the half hours of a UTC day or the hours of a week. */
  season: packedMatrixSchema.nullable(),
  /**
   * Where its level is followed: its last 25 hourly means as deviations from the mean (one row) and
   * when they ended (ms UTC), the mean of what is left once the level is taken off, and the standard
   * deviation around the mean, were it not followed. Absent where the mean holds.
   */
  drift: z
    .strictObject({
      hours: packedMatrixSchema.nullable(),
      until: z.int().min(0),
      offset: finite,
      sd: finite.positive(),
    })
    .optional(),
});

/** A metric that was recorded but not learned as a feature, and why. */
export const droppedFeatureSchema = z.strictObject({
  metric: z.string().min(1),
  reason: z.enum(['constant', 'duplicate']),
  /** The value it always had, or the metric that says the same. */
  detail: z.union([finite, z.string()]),
});

/** Surprise in units of the tail: 0 at the 90 % quantile of training, one mean excess per unit. */
export const scaleSchema = z.strictObject({ from: finite, by: finite.positive() });

const centresSchema = z.strictObject({ scale: scaleSchema, centres: packedMatrixSchema });
const scaledSchema = z.strictObject({ scale: scaleSchema });

/** Whether bins are what streaming code searches by halves, and holds in 32 bits. */
function areBins(bins: readonly (readonly [number, number])[]): boolean {
  return bins.every(
    ([bin], i) =>
      bin === (bin | 0) && (i === 0 || bin > (bins[i - 1] as readonly [number, number])[0]),
  );
}

/** Conformal calibration scores as a histogram, and the tail beyond them. */
export const calibrationSchema = z.strictObject({
  bins: z.array(z.tuple([z.int(), finite.positive()])).refine(areBins, {
    error: 'expected bins in ascending order, each once, in 32 bits',
  }),
  tail: z.strictObject({
    u: finite,
    beta: finite.positive(),
    xi: finite.min(0).max(1),
    exceedances: z.int().min(0),
  }),
});

/** What was learned of one source. */
export const sourceModelSchema = z
  .strictObject({
    kind: z.enum([...SOURCE_KINDS]),
    name: z.string().min(1),
    attributes: z.record(z.string(), z.string()),
    /** Our own process: followed, never scored. */
    self: z.boolean(),
    /** Ticks in which the source was seen, and the share of all ticks in which it was active. */
    ticks: z.int().min(0),
    activeShare: share,
    /** Longest run of ticks without activity, and how often activity began. */
    longestSilence: z.int().min(0),
    episodes: z.int().min(0),
    /** Rows count only while the source is active. */
    sporadic: z.boolean(),
    /** Why there are no rate views; null where there are. */
    withoutRates: z.string().nullable(),
    features: z.array(featureSchema),
    dropped: z.array(droppedFeatureSchema),
    /** The commonest system calls, then every call's range of rates per second. */
    calls: z.array(z.string()),
    /** Share of each of them in all calls of the window. */
    callShares: z.array(share),
    callRanges: z.array(z.strictObject({ call: z.string(), min: count, max: count })),
    histograms: z.array(
      z.strictObject({
        metric: z.string().min(1),
        scheme: z.string().min(1),
        buckets: z.array(z.int()),
      }),
    ),
    known: z.strictObject({
      calls: z.array(z.string()),
      errors: z.array(z.string()),
      links: z.array(z.string()),
    }),
    /** Most items never seen before within 10 s of held-out time; null where it was seen too seldom. */
    noveltyLimit: z.int().min(0).nullable(),
    /** Principal axes as rows: components × features. */
    axes: packedMatrixSchema.nullable(),
    /** Share of variance that the axes explain. */
    explained: share,
    level: centresSchema.nullable(),
    /** States of the source: groups of the centres of `level`. */
    modes: z
      .strictObject({
        /** The mode of each centre; 0 is the commonest. */
        of: z.array(z.int().min(0)),
        /** Share of training in each mode. */
        share: z.array(share),
        /** What marks each: the mean of a metric in it, and how many sd it deviates from all of training. */
        marks: z.array(
          z.array(z.strictObject({ metric: z.string().min(1), mean: finite, z: finite })),
        ),
        /** How often one mode (row) was followed by another (column) in training. */
        transitions: z.array(z.array(z.int().min(0))),
      })
      .nullable(),
    slow: scaledSchema.nullable(),
    /** Autoregression of the features on the components of the rows before. */
    forecast: z
      .strictObject({ scale: scaleSchema, loadings: packedMatrixSchema, sd: packedMatrixSchema })
      .nullable(),
    joint: scaledSchema.nullable(),
    mix: centresSchema.nullable(),
    distribution: z
      .strictObject({
        scale: scaleSchema,
        histograms: z.array(z.strictObject({ centres: packedMatrixSchema }).nullable()),
      })
      .nullable(),
    shape: centresSchema.nullable(),
    /** Scale of all views together. */
    scale: scaleSchema,
    calibration: calibrationSchema.nullable(),
  })
  .superRefine((source, context) => {
    for (const message of mismatchedShapes(source)) context.addIssue({ code: 'custom', message });
  });

/** See {@link packedMatrixSchema}. */
export type PackedMatrixPart = z.infer<typeof packedMatrixSchema>;
/** See {@link calibrationSchema}. */
export type CalibrationPart = z.infer<typeof calibrationSchema>;
/** See {@link featureSchema}. */
export type FeaturePart = z.infer<typeof featureSchema>;
/** See {@link sourceModelSchema}. */
export type SourceModel = z.infer<typeof sourceModelSchema>;
