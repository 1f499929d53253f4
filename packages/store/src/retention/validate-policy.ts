import { z } from 'zod';
import { storeErrors } from '../errors.js';
import type { Pin, RetentionPolicy } from '../store.js';
import { checkName } from '../validate-tick.js';

const MINUTE_MS = 60_000;

const policySchema = z.object({
  recording: z.string().optional(),
  maxAgeMs: z.number().positive().optional(),
  maxBytes: z.number().positive().optional(),
  tiers: z
    .array(
      z.object({
        olderThanMs: z.number().nonnegative(),
        intervalMs: z
          .int()
          .positive()
          .refine((ms) => MINUTE_MS % ms === 0, 'must divide a minute'),
      }),
    )
    .optional(),
});

const pinSchema = z
  .object({ tierMs: z.int().nonnegative(), range: z.object({ from: z.int(), to: z.int() }) })
  .refine((pin) => pin.range.from < pin.range.to, 'the range is empty');

/** @throws STORE-1018 on a policy that cannot be carried out */
export function checkPolicy(policy: RetentionPolicy): void {
  refuse('retention policy', policySchema.safeParse(policy).error);
}

/** @throws STORE-1008, STORE-1018 on a pin that pins nothing */
export function checkPin(pin: Pin): void {
  checkName('pin', pin.id);
  checkName('host', pin.host);
  refuse(`pin ${pin.id}`, pinSchema.safeParse(pin).error);
}

function refuse(what: string, error: z.ZodError | undefined): void {
  if (!error) return;
  throw storeErrors.make('STORE-1018', `the ${what} is not understood: ${z.prettifyError(error)}`);
}
