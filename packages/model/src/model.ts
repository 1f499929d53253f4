import { z } from 'zod';
import { graphPartSchema } from './graph-part.js';
import { hostPartSchema } from './host-part.js';
import { signatureSchema } from './signature-part.js';
import { sourceModelSchema } from './source-part.js';

/** The schema version that this code writes; earlier ones are read by way of migrations.ts. */
export const MODEL_SCHEMA = 'ethogram-model/2';

const finite = z.number();
const instantMs = z.int();
const range = z.strictObject({ from: instantMs, to: instantMs });
const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** How much may be said: `provisional` ranges and novelty, `short` rates, `full` everything. */
export const REGIMES = ['provisional', 'short', 'full'] as const;

/** The budget of false alarms and what held-out time showed of it. */
export const thresholdsSchema = z.strictObject({
  /** Incidents per host-day that the user accepts. */
  falseAlarmsPerDay: finite.positive(),
  /** Score from which a source counts as off, 3 of 5; and from which it is critical. */
  warn: finite.positive(),
  critical: finite.positive(),
  /** Whole alarm logic over held-out time; null where nothing was held out. */
  heldOut: z
    .strictObject({
      incidents: z.int().min(0),
      hours: finite.positive(),
      /** Upper end of the 95 % Poisson interval, incidents per day. */
      upperPerDay: finite.positive(),
    })
    .nullable(),
  /** What may be claimed, in words. */
  statement: z.string(),
});

/** What each step of learning found, for people. */
export const stepsSchema = z.strictObject({
  select: z.strictObject({
    sources: z.int(),
    series: z.int(),
    blind: z.array(z.string()),
    ranking: z.array(z.strictObject({ source: z.string(), relevance: finite })),
  }),
  clean: z.strictObject({
    constants: z.int(),
    duplicates: z.int(),
    self: z.array(z.string()),
    gaps: z.int(),
    lost: finite,
  }),
  explore: z.array(
    z.strictObject({
      source: z.string(),
      metric: z.string(),
      mean: finite,
      sd: finite,
      min: finite,
      max: finite,
    }),
  ),
  cluster: z.array(
    z.strictObject({ source: z.string(), view: z.string(), centres: z.int(), windows: z.int() }),
  ),
  correlate: z.array(
    z.strictObject({ source: z.string(), metric: z.string(), with: z.string(), r: finite }),
  ),
});

/** A learned model: everything that scoring needs, and where it came from. No clock inside. */
export const modelSchema = z.strictObject({
  schema: z.literal(MODEL_SCHEMA),
  /** The first 16 digits of the content hash. */
  id: z.string(),
  /** SHA-256 of the canonical text with `id` and `contentHash` empty and without `signature`. */
  contentHash: hash,
  /** Who vouches for it; null for nobody. */
  signature: signatureSchema.nullable(),
  name: z.string().min(1),
  parent: z.string().nullable(),
  host: z.string(),
  backends: z.array(z.string()),
  window: range.extend({ exclude: z.array(range) }),
  /** Held-out end of the window on which p was calibrated. */
  calibrationFrom: instantMs,
  seed: z.int(),
  /** How processes of the recording were merged: a unit as one, or an executable; null: as recorded. */
  group: z.enum(['scope', 'exe']).nullable(),
  regime: z.enum(REGIMES),
  /** What more data would allow, in words; empty for a full model. */
  missing: z.array(z.string()),
  ticks: z.int().min(0),
  timing: z.strictObject({
    intervalMs: finite.positive(),
    rowTicks: z.int().min(1).max(1000),
    shareTicks: z.int().min(1).max(1000),
    historyRows: z.int().min(1).max(1000),
    /** One calibration score is kept per so many ticks. */
    calibrationTicks: z.int().min(1),
  }),
  sources: z.array(sourceModelSchema),
  thresholds: thresholdsSchema,
  coverage: z.strictObject({
    hours: finite.min(0),
    restarts: z.int().min(0),
    /** Share of held-out rows that fell within what the fit had seen, 0 … 1. */
    seen: finite.min(0).max(1),
    ready: z.boolean(),
    /** Strangest training times, worst first. */
    strangest: z.array(z.strictObject({ ts: instantMs, source: z.string(), score: finite })),
  }),
  steps: stepsSchema,
  /** Sources that could not be learned, and why; the run went on without them. */
  failures: z.array(z.strictObject({ source: z.string(), reason: z.string() })),
  libraries: z.record(z.string(), z.string()),
  kernels: z.enum(['typescript', 'native']),
  graph: graphPartSchema.nullable(),
  /** What the sources do together; not there in models that were learned without. */
  together: hostPartSchema.nullable().optional(),
});

/** See {@link modelSchema}. */
export type Model = z.infer<typeof modelSchema>;
/** See {@link REGIMES}. */
export type Regime = (typeof REGIMES)[number];
/** See {@link thresholdsSchema}. */
export type Thresholds = z.infer<typeof thresholdsSchema>;
/** See {@link stepsSchema}. */
export type LearningSteps = z.infer<typeof stepsSchema>;

/**
 * The published JSON Schema of a model document (docs/model.schema.json). What no JSON Schema can
 * say is checked besides: that matrices fit each other, the content hash, and the signature.
 */
export function modelJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(modelSchema);
  return {
    $schema,
    $id: `urn:${MODEL_SCHEMA.replace('/', ':')}`,
    title: `A model of Ethogram, ${MODEL_SCHEMA}`,
    ...schema,
  };
}
