import { createHash } from 'node:crypto';

/** An identity that depends on its parts alone: 16 hexadecimal digits of their SHA-256. */
export function identityOf(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(parts.join('\u0000')).digest('hex').slice(0, 16);
}
