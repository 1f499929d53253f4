import type { Link, Marker, SourceSample } from '@ethogram/core';
import { z } from 'zod';
import type { Place } from './errors.js';

const sourceId = z.strictObject({
  kind: z.enum(['process', 'device', 'host', 'endpoint', 'custom']),
  name: z.string().min(1),
});
const amount = z.number().min(0);

const link = z.strictObject({
  from: sourceId,
  to: sourceId,
  kind: z.enum(['tcp', 'udp', 'unix', 'pipe', 'fork', 'file']),
  opened: amount,
  closed: amount,
  events: amount,
  bytes: amount,
}) satisfies z.ZodType<Link>;

const marker = z
  .strictObject({
    ts: z.int(),
    kind: z.enum([
      'unit-start',
      'unit-stop',
      'unit-reload',
      'oom-kill',
      'new-version',
      'boot',
      'clock-step',
      'gap',
      'note',
    ]),
    source: sourceId.optional(),
    text: z.string(),
  })
  .transform(({ source, ...rest }): Marker => (source ? { ...rest, source } : rest));

/**
 * What a tick carries beside its values, as every format writes it: JSON, defaults left out.
 * `attributes` say what a source is from this tick on, `null` that nothing is known any more.
 */
export const tickExtra = z.strictObject({
  blind: z.array(z.string()).optional(),
  lost: z.record(z.string(), amount).optional(),
  links: z.array(link).optional(),
  linkSnapshot: z.boolean().optional(),
  markers: z.array(marker).optional(),
  attributes: z.record(z.string(), z.record(z.string(), z.string()).nullable()).optional(),
});

/** The parsed form of {@link tickExtra}. */
export type TickExtra = z.infer<typeof tickExtra>;

/** Who a tick is, where a file says it. */
export const tickIdentityFields = z.strictObject({
  host: z.string().min(1).optional(),
  boot: z.string().min(1).optional(),
  seq: z.int().min(0).optional(),
  intervalNs: z.number().min(0).optional(),
  backend: z.string().min(1).optional(),
});

/** The parsed form of {@link tickIdentityFields}. */
export type TickIdentityFields = z.infer<typeof tickIdentityFields>;

/** One tick as a file has it, before what the file leaves out is filled in. */
export interface DraftTick {
  /** Where it begins, for messages. */
  readonly place: Place;
  readonly ts: number;
  readonly host: string;
  readonly identity: Omit<TickIdentityFields, 'host'>;
  readonly extra: TickExtra;
  readonly samples: readonly SourceSample[];
}
