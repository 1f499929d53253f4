/** An instant as a person writes it: fixed, or so long before now. */
export type Instant =
  | { readonly kind: 'at'; readonly ms: number }
  | { readonly kind: 'ago'; readonly ms: number };

const UNITS: Readonly<Record<string, number>> = Object.freeze({
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
});

/** Epoch numbers from here on are milliseconds, below it seconds (1e11 s is the year 5138). */
const EPOCH_MS_FROM = 1e11;

/**
 * Reads a duration: one or more `NUMBER UNIT` pairs, units `ms s m h d w`, e.g. `500ms`, `1h30m`.
 * @returns integer milliseconds ≥ 0, or `undefined` where the text is no duration.
 */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    ms += Number(number) * (UNITS[unit ?? ''] ?? Number.NaN);
  }
  return Number.isSafeInteger(Math.round(ms)) ? Math.round(ms) : undefined;
}

/** A duration in the largest unit up to days that holds it whole: what {@link parseDuration} reads. */
export function formatDuration(ms: number): string {
  const unit = ['d', 'h', 'm', 's'].find((name) => ms % (UNITS[name] ?? 1) === 0) ?? 'ms';
  return ms === 0 ? '0s' : `${ms / (UNITS[unit] ?? 1)}${unit}`;
}

/**
 * Reads an instant: RFC 3339 (`2026-05-01T10:00:00Z`, offset required), a date (its midnight UTC),
 * epoch seconds or milliseconds, a duration before now (`-6h`), or `now`.
 * @returns `undefined` where the text is none of these.
 */
export function parseInstant(text: string): Instant | undefined {
  if (text === 'now') return { kind: 'ago', ms: 0 };
  if (text.startsWith('-')) {
    const ms = parseDuration(text.slice(1));
    return ms === undefined ? undefined : { kind: 'ago', ms };
  }
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    const number = Number(text);
    const ms = Math.round(number >= EPOCH_MS_FROM ? number : number * 1_000);
    return isDateMs(ms) ? { kind: 'at', ms } : undefined;
  }
  const rfc3339 =
    /^(\d{4}-\d{2}-\d{2})(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2}))?$/.exec(text);
  if (!rfc3339) return undefined;
  const ms = Date.parse(text.replace(' ', 'T').toUpperCase());
  if (!isDateMs(ms) || !isCalendarDay(rfc3339[1] ?? '')) return undefined;
  return { kind: 'at', ms };
}

/** An instant as integer milliseconds UTC. */
export function resolveInstant(instant: Instant, nowMs: number): number {
  return instant.kind === 'at' ? instant.ms : nowMs - instant.ms;
}

function isDateMs(ms: number): boolean {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15;
}

/** `Date.parse` turns 30 February into 2 March; a person who wrote it made a mistake. */
function isCalendarDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return isDateMs(ms) && new Date(ms).toISOString().startsWith(day);
}
