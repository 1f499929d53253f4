import { isSourceKind, type SourceId } from '@ethogram/core';
import type { z } from 'zod';
import { type DraftTick, type TickExtra, tickExtra, tickIdentityFields } from './draft-tick.js';
import { formatErrors, malformed, type Place } from './errors.js';
import { jsonFault } from './json-fault.js';
import { readLines } from './read-lines.js';
import type { ReadOptions } from './read-options.js';
import { SampleBuilder } from './sample-builder.js';
import { bucketsOf } from './scheme-buckets.js';
import { kindOfMetric } from './series-name.js';
import { describe } from './tick-columns.js';
import { epochMs, parseTimestamp, TIMESTAMP_FORMS } from './timestamp.js';

interface OpenTick {
  readonly place: Place;
  readonly ts: number;
  readonly host: string;
  readonly identity: DraftTick['identity'];
  readonly extra: TickExtra;
  readonly builder: SampleBuilder;
}

/** A line was understood, or it says what it should have held. */
type Wrong = { readonly expected: string; readonly found: string } | undefined;

type Json = Readonly<Record<string, unknown>>;

const tickLine = tickIdentityFields.extend(tickExtra.shape);

/**
 * Reads long NDJSON: one value (or distribution) a line, lines of one instant and host together,
 * before them, where it is known, a line `"type":"tick"` with what the tick carries beside its
 * values. Empty lines are passed over.
 * @throws FORMAT-1001 (through `refuse`), FORMAT-1004, FORMAT-1005
 */
export async function* readNdjson(
  bytes: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncGenerator<DraftTick, void, undefined> {
  const open = new Map<string, OpenTick>();
  let line = 0;
  let any = false;
  for await (const batch of readLines(options.file, bytes)) {
    for (const text of batch) {
      line++;
      if (text.trim() === '') continue;
      any = true;
      const place = { file: options.file, line, column: 1 };
      const json = parseLine(text, place, options);
      if (!json) continue;
      const ts = timeOf(json['ts']);
      const host = hostOf(json, options.host);
      if (ts === undefined || host === undefined) {
        const expected = ts === undefined ? `"ts": ${TIMESTAMP_FORMS}` : '"host": a name';
        options.refuse(malformed(place, expected, { text }));
        continue;
      }
      const before = open.get(host);
      const isTick = json['type'] === 'tick';
      if (before && (isTick || before.ts !== ts)) {
        open.delete(host);
        yield closeTick(before);
      }
      const tick = isTick
        ? openTick(json, place, ts, options)
        : (open.get(host) ?? newTick(host, place, ts));
      if (!tick) continue;
      open.set(host, tick);
      const wrong = isTick ? undefined : addValue(tick, json, options.source);
      if (wrong) options.refuse(malformed(place, wrong.expected, wrong.found));
    }
  }
  if (!any) {
    throw formatErrors.make('FORMAT-1005', `${options.file}: expected lines of JSON, found none`);
  }
  for (const tick of [...open.values()].sort((a, b) => a.ts - b.ts)) yield closeTick(tick);
}

function parseLine(text: string, place: Place, options: ReadOptions): Json | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    const { at, expected } = jsonFault(text);
    const found = at < text.length ? { text: text.slice(at) } : 'the end of the line';
    options.refuse(malformed({ ...place, column: at + 1 }, expected, found));
    return undefined;
  }
  if (isObject(json)) return json;
  options.refuse(malformed(place, 'a JSON object', { text }));
  return undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return epochMs(value);
  return typeof value === 'string' ? parseTimestamp(value) : undefined;
}

/** The host of a line, `fallback` where it names none; `undefined` where that is no name. */
function hostOf(json: Json, fallback: string): string | undefined {
  const host = isObject(json['source']) ? json['source']['host'] : json['host'];
  if (host === undefined) return fallback;
  return typeof host === 'string' && host !== '' ? host : undefined;
}

function newTick(host: string, place: Place, ts: number): OpenTick {
  return { place, ts, host, identity: {}, extra: {}, builder: new SampleBuilder() };
}

function openTick(
  json: Json,
  place: Place,
  ts: number,
  options: ReadOptions,
): OpenTick | undefined {
  const { type: _, ts: __, ...rest } = json;
  const result: z.ZodSafeParseResult<z.infer<typeof tickLine>> = tickLine.safeParse(rest);
  if (!result.success) {
    options.refuse(malformed(place, describe(result.error), { text: JSON.stringify(rest) }));
    return undefined;
  }
  const { host = options.host, boot, seq, intervalNs, backend, ...extra } = result.data;
  const identity = { boot, seq, intervalNs, backend };
  return { place, ts, host, identity, extra, builder: new SampleBuilder() };
}

function closeTick({ place, ts, host, identity, extra, builder }: OpenTick): DraftTick {
  return { place, ts, host, identity, extra, samples: builder.build() };
}

function addValue(tick: OpenTick, json: Json, only: SourceId | undefined): Wrong {
  const { metric, value, histogram } = json;
  if (typeof metric !== 'string' || metric === '') {
    return { expected: '"metric": a name', found: found(metric) };
  }
  const named = sourceOf(json['source'], metric, only);
  if (!named) {
    const expected = '"source": {"host"?, "kind"?, "name"}';
    return { expected, found: found(json['source']) };
  }
  // With one source for everything, what was the source becomes part of the metric.
  const { source, prefix } = named;
  if (histogram !== undefined) return addHistogram(tick, source, prefix + metric, histogram);
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return { expected: '"value": a finite number', found: found(value) };
  }
  if (tick.builder.add(source, prefix + metric, value)) return undefined;
  return { expected: 'each metric of a source once per instant', found: found(metric) };
}

function sourceOf(
  json: unknown,
  metric: string,
  only: SourceId | undefined,
): { readonly source: SourceId; readonly prefix: string } | undefined {
  if (json === undefined) return only ? { source: only, prefix: '' } : undefined;
  const given = typeof json === 'string' ? { name: json } : json;
  if (!isObject(given)) return undefined;
  const name = given['name'];
  const kind = given['kind'] ?? kindOfMetric(metric);
  if (typeof name !== 'string' || name === '') return undefined;
  if (typeof kind !== 'string' || !isSourceKind(kind)) return undefined;
  if (only) return { source: only, prefix: `${name}/` };
  return { source: { kind, name }, prefix: '' };
}

function addHistogram(tick: OpenTick, source: SourceId, metric: string, json: unknown): Wrong {
  const expected = '"histogram": {"scheme": …, "counts": {bucket: count}}';
  if (!isObject(json) || typeof json['scheme'] !== 'string' || !isObject(json['counts'])) {
    return { expected, found: found(json) };
  }
  const buckets = bucketsOf(json['scheme']);
  if (buckets === undefined)
    return { expected: 'a scheme of buckets', found: found(json['scheme']) };
  const counts = new Map<number, number>();
  for (const [key, count] of Object.entries(json['counts'])) {
    const bucket = /^\d{1,6}$/.test(key) ? Number(key) : Number.NaN;
    const isCount = typeof count === 'number' && Number.isSafeInteger(count) && count >= 1;
    if (!(bucket < buckets) || !isCount || counts.has(bucket)) {
      const expected = `buckets below ${buckets}, each once, with counts from 1 on`;
      return { expected, found: `${key}: ${found(count)}` };
    }
    counts.set(bucket, count);
  }
  if (tick.builder.addHistogram(source, metric, { scheme: json['scheme'], counts }))
    return undefined;
  return { expected: 'each metric of a source once per instant', found: found(metric) };
}

function found(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
