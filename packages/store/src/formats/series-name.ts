import {
  type BlockSource,
  isSourceKind,
  metricInfo,
  type SeriesId,
  type SourceKind,
} from '@ethogram/core';
import { bucketsOf } from './scheme-buckets.js';

/** What the name of a column says: a metric of a source, or one bucket of a distribution of it. */
export interface SeriesName {
  readonly kind: SourceKind;
  /** Without it the data are of the host that the import names. */
  readonly host?: string;
  readonly name: string;
  readonly metric: string;
  readonly bucket?: { readonly scheme: string; readonly index: number };
}

const BUCKET = /^(.*)\[((?:quantize|lquantize:|llquantize:)[^\]]*)\]\[(\d+)\]$/s;

/**
 * Writes the full form: `kind:host:name/metric`, for a bucket with `[scheme][index]` after it.
 * `:` and `%` are percent-encoded in every part, `/` and `[` in the metric.
 */
export function formatSeriesName(host: string, source: BlockSource, series: SeriesId): string {
  const left = [source.kind, encode(host), encode(source.name)].join(':');
  const metric = encode(series.metric).replaceAll('/', '%2F').replaceAll('[', '%5B');
  const bucket = series.scheme === undefined ? '' : `[${series.scheme}][${series.bucket}]`;
  return `${left}/${metric}${bucket}`;
}

/**
 * Reads `[kind:[host:]]name/metric`, split at the last `/`. Without a kind the metric registry
 * decides between process and device, else the source is custom. Without a `/` the metric is
 * `value` of a custom source of that name.
 * @returns `undefined` where the source or the metric would have no name, or a bucket no scheme.
 */
export function parseSeriesName(text: string): SeriesName | undefined {
  const slash = text.lastIndexOf('/');
  if (slash < 0) return text === '' ? undefined : named('value', sourceOf(text, 'custom'));
  const bucket = BUCKET.exec(text.slice(slash + 1));
  const metric = decode(bucket?.[1] ?? text.slice(slash + 1));
  const source = sourceOf(text.slice(0, slash), kindOfMetric(metric));
  if (!bucket) return named(metric, source);
  const scheme = bucket[2] as string;
  const index = Number(bucket[3]);
  return index < (bucketsOf(scheme) ?? 0) ? named(metric, source, { scheme, index }) : undefined;
}

/** The kind of a source that names none: what the registry says of a process or device metric, else custom. */
export function kindOfMetric(metric: string): SourceKind {
  const known = metricInfo(metric)?.kind;
  return known === 'process' || known === 'device' ? known : 'custom';
}

function named(
  metric: string,
  source: Pick<SeriesName, 'kind' | 'host' | 'name'>,
  bucket?: SeriesName['bucket'],
): SeriesName | undefined {
  if (metric === '' || source.name === '' || source.host === '') return undefined;
  return { ...source, metric, ...(bucket ? { bucket } : {}) };
}

/** `[kind:[host:]]name`; text whose first part is no kind is a name with colons in it. */
function sourceOf(text: string, fallback: SourceKind): Pick<SeriesName, 'kind' | 'host' | 'name'> {
  const [kind = '', host = '', ...rest] = text.split(':');
  if (!isSourceKind(kind) || kind === text) return { kind: fallback, name: decode(text) };
  if (rest.length === 0) return { kind, name: decode(host) };
  return { kind, host: decode(host), name: decode(rest.join(':')) };
}

function encode(part: string): string {
  return part.replaceAll('%', '%25').replaceAll(':', '%3A');
}

/** Only what {@link formatSeriesName} encodes is decoded, so that `CPU 50%` stays what it is. */
function decode(part: string): string {
  return part.replace(/%(25|3A|2F|5B)/gi, (code) => decodeURIComponent(code));
}
