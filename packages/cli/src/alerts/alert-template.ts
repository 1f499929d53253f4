import { sourceKey } from '@ethogram/core';
import { jsonText, printable, reasonText } from '@ethogram/report';
import { type Alert, alertSummary } from './alert.js';

/** What a template may name. */
const FIELDS: Readonly<Record<string, (alert: Alert) => string>> = Object.freeze({
  status: ({ status }) => status,
  severity: ({ severity }) => severity,
  host: ({ host }) => host,
  source: ({ source }) => sourceKey(source),
  score: ({ score }) => String(score),
  kinds: ({ kinds }) => kinds.join(', '),
  summary: alertSummary,
  reasons: ({ reasons }) => reasons.map(reasonText).join('; '),
  neighbours: ({ neighbours }) => neighbours.map(({ source }) => source).join(', '),
  model: ({ model }) => model,
  lost: ({ lost }) => String(lost),
  incident: ({ incident }) => incident,
  event: ({ event }) => event,
  startsAt: ({ startsAt }) => startsAt,
  endsAt: ({ endsAt }) => endsAt ?? '',
});

/** The field that is the whole alert as a JSON object, where the body is JSON. */
const WHOLE = 'alert';

/** The names between `{{` and `}}`, as documentation lists them. */
export const TEMPLATE_FIELDS: readonly string[] = Object.freeze([...Object.keys(FIELDS), WHOLE]);

const PLACE = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The names in a template that mean nothing. */
export function unknownFields(template: string): readonly string[] {
  return [...template.matchAll(PLACE)]
    .map((match) => match[1] ?? '')
    .filter((name) => !TEMPLATE_FIELDS.includes(name));
}

/**
 * Fills in a template. In JSON every value is escaped as the inside of a JSON string, so that no
 * name can end it; elsewhere control characters are escaped.
 */
export function fillTemplate(template: string, alert: Alert, isJson: boolean): string {
  return template.replace(PLACE, (_, name: string) => {
    if (name === WHOLE) return jsonText(alert);
    const value = FIELDS[name]?.(alert) ?? '';
    return isJson ? jsonText(printable(value)).slice(1, -1) : printable(value);
  });
}
