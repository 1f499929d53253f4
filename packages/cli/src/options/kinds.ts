import { z } from 'zod';
import type { ValueKind } from './option.js';
import { formatDuration, type Instant, parseDuration, parseInstant } from './time.js';

/** Any text but the empty one. */
export function text(value: string): ValueKind<string> {
  return { value, schema: z.string().min(1, 'expected a text that is not empty') };
}

/** The path of a file; `-` is standard input or output where a command says so. */
export const file: ValueKind<string> = Object.freeze({
  value: 'FILE',
  schema: z.string().min(1, 'expected the path of a file'),
  complete: 'file',
});

/** One of a fixed set of words. */
export function choice<const C extends readonly [string, ...string[]]>(
  choices: C,
): ValueKind<C[number]> {
  return {
    value: choices.join('|'),
    schema: z.enum(choices, { error: `expected one of ${choices.join(', ')}` }),
    complete: choices,
  };
}

/** A whole number of a range, both ends included. */
export function integer(min: number, max: number): ValueKind<number> {
  return parsed('N', `a whole number from ${min} to ${max}`, (t) => {
    const number = Number(t);
    return /^[+-]?\d+$/.test(t) && number >= min && number <= max ? number : undefined;
  });
}

/** A finite number of a range, both ends included. */
export function number(min: number, max: number): ValueKind<number> {
  return parsed('X', `a number from ${min} to ${max}`, (t) => {
    const value = Number(t);
    return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(t) && value >= min && value <= max
      ? value
      : undefined;
  });
}

/** A duration, as integer milliseconds of a range. */
export function duration(minMs: number, maxMs: number): ValueKind<number> {
  const range = `from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`;
  return parsed('DURATION', `a duration such as 500ms, 30s, 5m, 2h or 1d, ${range}`, (t) => {
    const ms = parseDuration(t);
    return ms !== undefined && ms >= minMs && ms <= maxMs ? ms : undefined;
  });
}

/** An instant: RFC 3339, epoch, or before now. */
export const instant: ValueKind<Instant> = parsed(
  'TIME',
  'a time such as 2026-05-01T10:00:00Z, 1777629600, -6h or now',
  parseInstant,
);

/** An instant to come: RFC 3339, epoch, or so long from now. */
export const deadline: ValueKind<Instant> = parsed(
  'TIME',
  'a time such as 2026-05-01T10:00:00Z, or a duration from now such as 7d',
  (t) => {
    const ms = parseDuration(t.replace(/^\+/, ''));
    return ms === undefined ? parseInstant(t) : { kind: 'ago', ms: -ms };
  },
);

/** A size in bytes, with or without a unit. */
export const bytes: ValueKind<number> = parsed('SIZE', 'a size such as 500MB or 2GiB', (t) => {
  const match = /^(\d+(?:\.\d+)?)(?:([kMGT])(i?)B|B)?$/.exec(t);
  const power = ' kMGT'.indexOf(match?.[2] ?? ' ');
  const value = Math.round(Number(match?.[1]) * (match?.[3] ? 1_024 : 1_000) ** power);
  return match && value > 0 && Number.isSafeInteger(value) ? value : undefined;
});

/** A range of time `A/B`. */
export const timeSpan: ValueKind<{ readonly from: Instant; readonly to: Instant }> = parsed(
  'A/B',
  'two times joined by a slash, such as 2026-05-01T10:00:00Z/2026-05-01T10:20:00Z',
  (t) => {
    const [first = '', second = '', ...rest] = t.split('/');
    const from = parseInstant(first);
    const to = parseInstant(second);
    return from && to && rest.length === 0 ? { from, to } : undefined;
  },
);

/** A share such as `5%`, as a fraction; 100 % is one processor, so that more is possible. */
export const percent: ValueKind<number> = parsed('PERCENT', 'a share such as 5%', (t) => {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(t);
  const share = Number(match?.[1]) / 100;
  return match && share > 0 && share <= 1_000 ? share : undefined;
});

/** How often, such as `1/d`; as a number per day. */
export const rate: ValueKind<number> = parsed('RATE', 'a rate such as 1/d, 2/w or 0.5/h', (t) => {
  const match = /^(\d+(?:\.\d+)?)\/([hdw])$/.exec(t);
  const perDay = Number(match?.[1]) * ({ h: 24, d: 1, w: 1 / 7 }[match?.[2] ?? ''] ?? Number.NaN);
  return match && perDay > 0 && Number.isFinite(perDay) ? perDay : undefined;
});

function parsed<T>(
  value: string,
  expected: string,
  parse: (text: string) => T | undefined,
): ValueKind<T> {
  const schema = z.string().transform((t, context): T => {
    const result = parse(t.trim());
    if (result !== undefined) return result;
    context.issues.push({ code: 'custom', message: `expected ${expected}`, input: t });
    return z.NEVER;
  });
  return Object.freeze({ value, schema });
}
