import { SOURCE_KINDS } from '@ethogram/core';
import { z } from 'zod';
import { calibrationSchema, packedMatrixSchema, scaleSchema } from './source-part.js';

const finite = z.number();
const index = z.int().min(0);

/** A source as the views of the host see it: how much it does. */
export const hostMemberSchema = z.strictObject({
  kind: z.enum([...SOURCE_KINDS]),
  name: z.string().min(1),
  /** Metrics whose sum is its activity. */
  metrics: z.array(z.string().min(1)).min(1),
  /** Of ln(1 + activity per second) over 10 s. */
  mean: finite,
  sd: finite.positive(),
  /** The same for activity and for failed calls within one tick, and the most that was seen. */
  fast: z
    .strictObject({
      activity: z.strictObject({ mean: finite, sd: finite.positive(), most: finite.min(0) }),
      failures: z.strictObject({ mean: finite, sd: finite.positive(), most: finite.min(0) }),
      scale: scaleSchema,
      calibration: calibrationSchema,
    })
    .nullable(),
});

/** What was learned of the host as a whole. */
export const hostPartSchema = z
  .strictObject({
    members: z.array(hostMemberSchema),
    /** How all of them move together: their precision matrix. */
    joint: z
      .strictObject({
        precision: packedMatrixSchema,
        scale: scaleSchema,
        calibration: calibrationSchema,
      })
      .nullable(),
    /** Who follows whom along the edges of the graph; ends are places among the members. */
    relation: z
      .strictObject({
        edges: z
          .array(
            z.strictObject({
              caller: index,
              callee: index,
              slope: finite,
              sd: finite.positive(),
              scale: scaleSchema,
            }),
          )
          .min(1),
        calibration: calibrationSchema,
      })
      .nullable(),
  })
  .superRefine(({ members, joint, relation }, context) => {
    const p = members.length;
    const { rows, cols } = joint?.precision ?? { rows: p, cols: p };
    if (rows !== p || cols !== p) {
      const message = `host: expected a precision matrix of ${p} × ${p}, found ${rows} × ${cols}`;
      context.addIssue({ code: 'custom', message });
    }
    for (const { caller, callee } of relation?.edges ?? []) {
      if (caller >= p || callee >= p) {
        const message = `host: expected ends of relations below ${p}, found ${caller} and ${callee}`;
        context.addIssue({ code: 'custom', message });
      }
    }
  });

/** See {@link hostMemberSchema}. */
export type HostMember = z.infer<typeof hostMemberSchema>;
/** See {@link hostPartSchema}. */
export type HostPart = z.infer<typeof hostPartSchema>;
