import { z } from 'zod';

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

const base64Of = (bytes: number) =>
  z.base64().refine((text) => Buffer.from(text, 'base64').length === bytes, {
    error: `expected ${bytes} bytes in base64`,
  });

/** Who vouches for a model: ed25519 (RFC 8032) over its content hash. */
export const signatureSchema = z.strictObject({
  algorithm: z.literal('ed25519'),
  /** The public key, 32 bytes in base64. */
  publicKey: base64Of(KEY_BYTES),
  /** 64 bytes in base64. */
  value: base64Of(SIGNATURE_BYTES),
});

/** See {@link signatureSchema}. */
export type Signature = z.infer<typeof signatureSchema>;
