import { EARLIEST_MS, LATEST_MS } from '../validate-tick.js';

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s?(?:([Zz]|UTC)|([+-])(\d\d):?(\d\d))?)?$/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Milliseconds of the first and the last instant that RFC 3339 can write. */
const FIRST = -62_167_219_200_000;
const LAST = 253_402_300_799_999;

/** What {@link parseTimestamp} reads, for messages. */
export const TIMESTAMP_FORMS = 'a time (RFC 3339, or seconds or milliseconds since 1970)';

/**
 * Reads an instant: RFC 3339 (also with a space for the `T`, without seconds, without a time of
 * day, or without a zone, which then is UTC), or a number since 1970 whose size says its unit:
 * seconds below 10^11, milliseconds below 10^14, microseconds below 10^17, else nanoseconds.
 * @returns integer milliseconds UTC of the years 1 to 9999, or `undefined` where the text is none of
 *   these.
 */
export function parseTimestamp(text: string): number | undefined {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) return epochMs(Number(trimmed));
  const match = ISO.exec(trimmed);
  if (!match) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0'] = match;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = new Date(midnight);
  if (Number(year) < 100) date.setUTCFullYear(Number(year));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) {
    return undefined;
  }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const zone = (Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0)) * (match[9] === '-' ? -1 : 1);
  return nameable(
    date.getTime() +
      (Number(hour) * 60 + Number(minute) - zone) * 60_000 +
      Number(second) * 1000 +
      Math.round(Number(`0.${fraction}`) * 1000),
  );
}

/** A number since 1970 as milliseconds, its unit told by its size; `undefined` outside the years 1 to 9999. */
export function epochMs(value: number): number | undefined {
  const size = Math.abs(value);
  if (size < 1e11) return nameable(Math.round(value * 1000));
  if (size < 1e14) return nameable(Math.round(value));
  return nameable(Math.round(size < 1e17 ? value / 1e3 : value / 1e6));
}

/** An instant that a store can keep; `-0` is the same instant as 0. */
function nameable(ms: number): number | undefined {
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? ms + 0 : undefined;
}

/**
 * An instant in RFC 3339 with milliseconds, UTC.
 * @throws RangeError on an instant outside the years 0 to 9999.
 */
export function formatTimestamp(ts: number): string {
  if (!(ts >= FIRST && ts <= LAST)) {
    throw new RangeError(`expected an instant in the years 0 to 9999, found ${ts} ms`);
  }
  return new Date(ts).toISOString();
}
