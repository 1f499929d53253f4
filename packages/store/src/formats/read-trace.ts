import {
  type BucketScheme,
  DtraceTextParser,
  type PrintedAggregation,
  parseBpftraceLine,
  printedHistogram,
  SchemeGuess,
  sourceKey,
  type TraceItem,
  traceSeries,
} from '@ethogram/core';
import type { DraftTick } from './draft-tick.js';
import { formatErrors, malformed, type Place } from './errors.js';
import type { InputFile } from './input-file.js';
import { readLines } from './read-lines.js';
import type { ReadOptions } from './read-options.js';
import { SampleBuilder } from './sample-builder.js';
import { TraceClock } from './trace-clock.js';

/** Which tracer printed a file. */
export type Tracer = 'bpftrace' | 'dtrace';

interface OpenTick {
  readonly place: Place;
  /** `undefined` until a row number decides, in output without times. */
  readonly ts: number | undefined;
  readonly builder: SampleBuilder;
  readonly lost: Record<string, number>;
  empty: boolean;
}

/**
 * Reads what a tracer printed: text that is a time begins a tick, and what is printed until the
 * next time belongs to it; what is printed again within it is left out (bpftrace prints every
 * map once more when it ends). Without times, a tick ends where something is printed again, and
 * ticks are numbered by start and interval. The file is read twice, since only all prints of a
 * distribution together say how it was made.
 * @throws FORMAT-1001 (through `refuse`), FORMAT-1004, FORMAT-1005, FORMAT-1006
 */
export async function* readTrace(
  input: InputFile,
  tracer: Tracer,
  options: ReadOptions,
): AsyncGenerator<DraftTick, void, undefined> {
  const { schemes, timed } = await survey(input, tracer, options);
  const clock = new TraceClock(options);
  if (!timed && options.startMs === undefined) {
    throw formatErrors.make('FORMAT-1006', `${input.name}: expected times, found none`);
  }
  const place = (line: number): Place => ({ file: input.name, line, column: 1 });
  let open: OpenTick | undefined;
  const begin = (line: number, ts: number | undefined): OpenTick => {
    return { place: place(line), ts, builder: new SampleBuilder(), lost: {}, empty: true };
  };
  let ticks = 0;
  const close = (tick: OpenTick): DraftTick => {
    const ts = tick.ts ?? clock.row(ticks);
    ticks++;
    const extra = Object.keys(tick.lost).length > 0 ? { lost: tick.lost } : {};
    const { place, builder } = tick;
    return { place, ts, host: options.host, identity: {}, extra, samples: builder.build() };
  };
  for await (const [line, item] of traceItems(input, tracer)) {
    if (item.kind === 'malformed') {
      options.refuse(malformed(place(line), item.expected, { text: item.found }));
    } else if (item.kind === 'lost') {
      open ??= begin(line, undefined);
      open.lost[item.cause] = (open.lost[item.cause] ?? 0) + item.count;
    } else if (item.kind === 'text') {
      const ts = clock.read(item.text);
      if (ts === undefined) continue;
      if (open && (open.ts !== undefined || !open.empty)) yield close(open);
      open = begin(line, ts);
    } else {
      open ??= begin(line, undefined);
      let added = add(open, item.aggregation, tracer, schemes, options, place(line));
      if (added === 'repeated' && open.ts === undefined) {
        yield close(open);
        open = begin(line, undefined);
        added = add(open, item.aggregation, tracer, schemes, options, place(line));
      }
      open.empty = false;
    }
  }
  if (open) yield close(open);
}

/** How each distribution of a file was made, and whether the file has times. */
async function survey(
  input: InputFile,
  tracer: Tracer,
  options: ReadOptions,
): Promise<{ schemes: ReadonlyMap<string, BucketScheme>; timed: boolean }> {
  const guesses = new Map<string, SchemeGuess>();
  const clock = new TraceClock(options);
  let timed = false;
  for await (const [, item] of traceItems(input, tracer)) {
    if (item.kind === 'text') timed ||= clock.read(item.text) !== undefined;
    if (item.kind !== 'aggregation' || typeof item.aggregation.result === 'number') continue;
    const name = distributionOf(item.aggregation, tracer, options);
    const guess = guesses.get(name) ?? new SchemeGuess();
    guess.add(item.aggregation.result);
    guesses.set(name, guess);
  }
  const schemes = new Map<string, BucketScheme>();
  for (const [name, guess] of guesses) {
    const scheme = guess.scheme();
    if (scheme) schemes.set(name, scheme);
  }
  return { schemes, timed };
}

/** What distributions are made alike: bpftrace names them, DTrace has their keys alone. */
function distributionOf(
  aggregation: PrintedAggregation,
  tracer: Tracer,
  options: ReadOptions,
): string {
  if (tracer === 'bpftrace') return aggregation.name;
  const { source, metric } = traceSeries(aggregation, { ...options, fallback: tracer });
  return `${sourceKey(source)}/${metric}`;
}

function add(
  tick: OpenTick,
  aggregation: PrintedAggregation,
  tracer: Tracer,
  schemes: ReadonlyMap<string, BucketScheme>,
  options: ReadOptions,
  place: Place,
): 'added' | 'repeated' {
  const { source, metric } = traceSeries(aggregation, { ...options, fallback: tracer });
  const { result } = aggregation;
  if (typeof result === 'number') {
    return tick.builder.add(source, metric, result) ? 'added' : 'repeated';
  }
  const scheme = schemes.get(distributionOf(aggregation, tracer, options));
  if (!scheme) {
    const expected = 'buckets of quantize, lquantize, llquantize, hist or lhist';
    options.refuse(malformed(place, expected, `others in ${JSON.stringify(metric)}`));
    return 'added';
  }
  const histogram = printedHistogram(scheme, result);
  return tick.builder.addHistogram(source, metric, histogram) ? 'added' : 'repeated';
}

async function* traceItems(
  input: InputFile,
  tracer: Tracer,
): AsyncGenerator<readonly [line: number, item: TraceItem], void, undefined> {
  const dtrace = new DtraceTextParser();
  let line = 0;
  for await (const batch of readLines(input.name, input.bytes())) {
    for (const text of batch) {
      line++;
      const items = tracer === 'bpftrace' ? parseBpftraceLine(text) : dtrace.push(text);
      for (const item of items) yield [line, item];
    }
  }
  for (const item of dtrace.end()) yield [line, item];
}
