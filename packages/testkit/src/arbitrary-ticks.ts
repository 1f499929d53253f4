import {
  type Link,
  llquantizeScheme,
  lquantizeScheme,
  type Marker,
  metricInfo,
  quantizeScheme,
  SOURCE_KINDS,
  type SourceId,
  type SourceSample,
  sourceKey,
  type Tick,
} from '@ethogram/core';
import fc from 'fast-check';

/** Names that tempt parsers: separators, quotes, percent signs, formulas, other scripts. */
const NAME = fc.oneof(
  fc.constantFrom('nginx.service/nginx', 'listen:tcp:80', '100%', 'a%3Ab', '=1+1', '@host', '[x]'),
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }).filter((s) => !/\p{Cc}/u.test(s)),
);

const METRIC = fc.oneof(
  fc.constantFrom('cpu.ns', 'memory.rss', 'io.read.ops', 'syscall.openat.calls', 'queue.depth'),
  NAME,
);

/** Finite and not −0, which no text format keeps apart from 0. */
const VALUE = fc
  .oneof(
    fc.integer({ min: 0, max: 1_000_000 }),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constant(0),
  )
  .map((x) => (x === 0 ? 0 : x));

const HISTOGRAM = fc
  .constantFrom(quantizeScheme(), lquantizeScheme(-10, 90, 5), llquantizeScheme(10, 0, 6, 20))
  .chain((scheme) =>
    fc
      .uniqueArray(fc.tuple(fc.nat(scheme.buckets - 1), fc.integer({ min: 1, max: 1e6 })), {
        minLength: 1,
        maxLength: 4,
        selector: ([bucket]) => bucket,
      })
      .map((counts) => ({
        scheme: scheme.text,
        counts: new Map(counts.sort(([a], [b]) => a - b)),
      })),
  );

const SOURCE: fc.Arbitrary<SourceId> = fc.record({
  kind: fc.constantFrom(...SOURCE_KINDS),
  name: NAME,
});

const TEXT_RECORD = fc.dictionary(fc.constantFrom('exe', 'unit', 'build-id', 'a,b'), NAME, {
  minKeys: 1,
  maxKeys: 3,
  noNullPrototype: true,
});

/** A sample as a collector would send it: something in it, and no counter that is zero. */
const SAMPLE: fc.Arbitrary<SourceSample> = fc
  .record({
    source: SOURCE,
    values: fc.array(fc.tuple(METRIC, VALUE), { maxLength: 5 }),
    histograms: fc.array(fc.tuple(METRIC, HISTOGRAM), { maxLength: 2 }),
  })
  .map(({ source, values, histograms }) => ({
    ...source,
    values: new Map(
      values.filter(
        ([metric, value]) =>
          value !== 0 || source.kind === 'custom' || metricInfo(metric)?.type !== 'counter',
      ),
    ),
    ...(histograms.length > 0 ? { histograms: new Map(histograms) } : {}),
  }))
  .filter((sample) => sample.values.size > 0 || sample.histograms !== undefined);

const LINK: fc.Arbitrary<Link> = fc.record({
  from: SOURCE,
  to: SOURCE,
  kind: fc.constantFrom('tcp', 'udp', 'unix', 'pipe', 'fork', 'file'),
  opened: fc.nat(),
  closed: fc.nat(),
  events: fc.nat(),
  bytes: fc.nat(),
});

const MARKER: fc.Arbitrary<Marker> = fc
  .record({
    ts: fc.integer({ min: 0, max: 4e12 }),
    kind: fc.constantFrom<Marker['kind']>('unit-start', 'oom-kill', 'gap', 'note'),
    source: fc.option(SOURCE, { nil: undefined }),
    text: fc.string(),
  })
  .map(({ source, ...marker }) => (source ? { ...marker, source } : marker));

const BODY = fc.record({
  gapMs: fc.integer({ min: 1, max: 700_000 }),
  intervalNs: fc.oneof(fc.constant(1e9), fc.integer({ min: 1, max: 6e11 })),
  samples: fc.uniqueArray(SAMPLE, { maxLength: 5, selector: sourceKey }),
  links: fc.array(LINK, { maxLength: 2 }),
  linkSnapshot: fc.boolean(),
  markers: fc.array(MARKER, { maxLength: 2 }),
  lost: fc.dictionary(fc.constantFrom('map full', 'late read'), fc.integer({ min: 1, max: 1e9 }), {
    maxKeys: 2,
    noNullPrototype: true,
  }),
});

/**
 * Ticks of one host, boot and backend, ascending, with hostile names and every optional part:
 * what any store, format or codec must keep. Each source carries the same attributes in every
 * tick that has it, or none.
 */
export function arbitraryTicks(
  options: { readonly host?: string; readonly maxTicks?: number } = {},
): fc.Arbitrary<readonly Tick[]> {
  return fc
    .record({
      host: options.host === undefined ? NAME : fc.constant(options.host),
      boot: fc.uuid(),
      backend: fc.constantFrom('ebpf', 'procfs', 'import'),
      blind: fc.subarray(['syscall', 'disk', 'net']),
      firstSeq: fc.nat(1e6),
      startMs: fc.integer({ min: 0, max: 4e12 }),
      bodies: fc.array(BODY, { minLength: 1, maxLength: options.maxTicks ?? 6 }),
      attributes: fc.array(fc.option(TEXT_RECORD, { nil: undefined }), { minLength: 1 }),
    })
    .map(({ host, boot, backend, blind, firstSeq, startMs, bodies, attributes }) => {
      const known = new Map<string, SourceSample['attributes']>();
      let ts = startMs;
      return bodies.map(({ gapMs, samples, ...body }, i) => {
        ts += gapMs;
        return {
          host,
          boot,
          backend,
          blind,
          seq: firstSeq + i,
          ts,
          ...body,
          samples: samples.map((sample) => {
            const key = sourceKey(sample);
            if (!known.has(key)) known.set(key, attributes[known.size % attributes.length]);
            const own = known.get(key);
            return own ? { ...sample, attributes: own } : sample;
          }),
        };
      });
    });
}

/**
 * Ticks with everything in a fixed order, so that two series that say the same are equal to a
 * test: sources, metrics and buckets ascending; attributes as every tick of the series has them.
 */
export function canonicalTicks(ticks: readonly Tick[]): Tick[] {
  return ticks.map((tick) => ({
    ...tick,
    samples: [...tick.samples]
      .map(({ histograms, values, ...sample }) => ({
        ...sample,
        values: sorted(values),
        ...(histograms && histograms.size > 0
          ? {
              histograms: new Map(
                [...sorted(histograms)].map(([metric, { scheme, counts }]) => [
                  metric,
                  { scheme, counts: new Map([...counts].sort(([a], [b]) => a - b)) },
                ]),
              ),
            }
          : {}),
      }))
      .sort((a, b) => (sourceKey(a) < sourceKey(b) ? -1 : 1)),
  }));
}

function sorted<V>(map: ReadonlyMap<string, V>): Map<string, V> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
