import type { PrintedAggregation, PrintedBucket, TraceItem } from './printed-aggregation.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads one line of `bpftrace -f json`: maps, statistics and histograms become aggregations,
 * `printf` and `time` text, lost events a loss; notices such as `attached_probes`, and maps that
 * hold text or tuples, become nothing. Keys of several parts, which bpftrace joins by commas, are
 * taken apart at them. A blank line is nothing.
 */
export function parseBpftraceLine(line: string): readonly TraceItem[] {
  if (line.trim() === '') return [];
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return [malformed('a line of bpftrace -f json', line)];
  }
  if (!isObject(json) || typeof json['type'] !== 'string') {
    return [malformed('{"type": …, "data": …}', line)];
  }
  const { type, data } = json;
  if (type === 'printf' || type === 'time') {
    return typeof data === 'string' ? [{ kind: 'text', text: data.trim() }] : [];
  }
  if (type === 'lost_events') {
    const count = isObject(data) ? data['events'] : undefined;
    if (!isCount(count)) return [malformed('{"events": count}', line)];
    return [{ kind: 'lost', cause: 'bpftrace events', count }];
  }
  if (type !== 'map' && type !== 'hist' && type !== 'lhist' && type !== 'stats') return [];
  if (!isObject(data)) return [malformed('{"@name": …} as data', line)];
  return Object.entries(data).flatMap(([map, value]) =>
    readMap(map.replace(/^@/, ''), value, line),
  );
}

function readMap(name: string, value: unknown, line: string): readonly TraceItem[] {
  const whole = readValue(name, [], value, line);
  if (whole.length > 0 || !isObject(value)) return whole;
  return Object.entries(value).flatMap(([key, item]) => {
    return readValue(name, key.split(','), item, line);
  });
}

function readValue(
  name: string,
  keys: readonly string[],
  value: unknown,
  line: string,
): readonly TraceItem[] {
  if (typeof value === 'number' && Number.isFinite(value)) return [item(name, keys, value)];
  if (Array.isArray(value) && value.every(isObject)) {
    const rows = value.map(readBucket);
    if (rows.every((row) => row !== undefined)) return [item(name, keys, rows)];
    return [malformed('buckets of {"min"?, "max"?, "count"}', line)];
  }
  if (!isObject(value) || !isCount(value['count']) || !('total' in value)) return [];
  return ['count', 'average', 'total'].flatMap((part) => {
    const number = value[part];
    if (typeof number !== 'number' || !Number.isFinite(number)) return [];
    return [item([name, part].filter((text) => text !== '').join('.'), keys, number)];
  });
}

function readBucket(row: Json): PrintedBucket | undefined {
  const { min, max, count } = row;
  if (!isCount(count)) return undefined;
  const hasMin = Number.isSafeInteger(min);
  const hasMax = Number.isSafeInteger(max);
  if (hasMin && hasMax && Number(max) >= Number(min)) {
    return { side: 'within', at: Number(min), to: Number(max), count };
  }
  if (hasMin && max === undefined) return { side: 'above', at: Number(min), count };
  if (hasMax && min === undefined) return { side: 'below', at: Number(max) + 1, count };
  // Above 2^53 JSON numbers are rounded, ends of the highest powers of two with them.
  if (typeof min === 'number' && typeof max === 'number' && max >= min) {
    return { side: 'within', at: min, count };
  }
  return undefined;
}

function item(
  name: string,
  keys: readonly string[],
  result: PrintedAggregation['result'],
): TraceItem {
  return { kind: 'aggregation', aggregation: { name, keys, result } };
}

function malformed(expected: string, found: string): TraceItem {
  return { kind: 'malformed', expected, found };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
