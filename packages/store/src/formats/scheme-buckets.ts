import { parseScheme } from '@ethogram/core';

/** How many buckets a scheme has; `undefined` where the text names none. */
export function bucketsOf(scheme: string): number | undefined {
  try {
    return parseScheme(scheme).buckets;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
