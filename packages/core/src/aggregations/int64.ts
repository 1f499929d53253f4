const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/**
 * A value as the 64-bit signed integer that DTrace aggregates.
 * @param value an integer in −2^63 … 2^63 − 1; a number must be a safe integer, since above
 *   2^53 it no longer says which integer was meant.
 * @throws RangeError on anything else.
 */
export function int64(value: number | bigint): bigint {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`expected a safe integer or a bigint, found ${value}`);
    }
    return BigInt(value);
  }
  if (value < MIN || value > MAX) {
    throw new RangeError(`expected a 64-bit signed integer, found ${value}`);
  }
  return value;
}
