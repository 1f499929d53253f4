import type { SourceKind, SourceSample, Tick } from '@ethogram/core';
import { Double } from 'mongodb';
import { type CommitDocument, idOf, type SampleDocument } from './documents.js';

/** Values and buckets in one document: far below the 4 MB at which measurements end. */
const VALUES_PER_DOCUMENT = 10_000;

/** What one tick is on the native path: a document per source, then the commit. */
export function nativeDocuments(
  recording: string,
  tick: Tick,
): { samples: SampleDocument[]; commit: CommitDocument } {
  const samples = tick.samples.flatMap((sample) => sampleDocuments(recording, tick, sample));
  const lost = Object.entries(tick.lost).map(([k, v]) => ({ k, v }));
  const commit: CommitDocument = {
    _id: idOf(recording, tick.host, tick.boot, tick.seq),
    recording,
    host: tick.host,
    ts: new Date(tick.ts),
    from: new Date(tick.ts - Math.round(tick.intervalNs / 1e6)),
    boot: tick.boot,
    seq: tick.seq,
    rows: samples.length,
    intervalNs: tick.intervalNs,
    backend: tick.backend,
    blind: tick.blind,
    links: tick.links,
    linkSnapshot: tick.linkSnapshot,
    markers: tick.markers,
    lost,
    lostTotal: lost.reduce((sum, { v }) => sum + v, 0),
  };
  return { samples, commit };
}

function sampleDocuments(recording: string, tick: Tick, sample: SourceSample): SampleDocument[] {
  // A Double of its own keeps −0 and large integers as they are.
  const m = [...sample.values].map(([k, v]) => ({ k, v: new Double(v) as unknown as number }));
  const h = [...(sample.histograms ?? [])].map(([k, { scheme, counts }]) => ({
    k,
    s: scheme,
    b: [...counts.keys()],
    c: [...counts.values()],
  }));
  const documents: SampleDocument[] = [];
  for (let part = 0; part === 0 || part * VALUES_PER_DOCUMENT < m.length; part++) {
    documents.push({
      ts: new Date(tick.ts),
      meta: { recording, host: tick.host, kind: sample.kind, name: sample.name },
      boot: tick.boot,
      seq: tick.seq,
      part,
      m: m.slice(part * VALUES_PER_DOCUMENT, (part + 1) * VALUES_PER_DOCUMENT),
      ...(part === 0 && h.length > 0 ? { h } : {}),
      ...(part === 0 && sample.attributes
        ? { a: Object.entries(sample.attributes).map(([k, v]) => ({ k, v })) }
        : {}),
    });
  }
  return documents;
}

/**
 * Puts a tick together again from its commit and its documents, of which a retry may have left
 * several alike.
 * @returns `undefined` where documents are missing: the server has expired them.
 */
export function tickFrom(
  commit: CommitDocument,
  documents: readonly SampleDocument[],
): Tick | undefined {
  const once = new Map<string, SampleDocument>();
  for (const document of documents) {
    const { kind, name } = document.meta;
    once.set(JSON.stringify([kind, name, document.part]), document);
  }
  if (once.size < commit.rows) return undefined;
  const bySource = groupBySource(once.values());
  return {
    host: commit.host,
    boot: commit.boot,
    seq: commit.seq,
    ts: commit.ts.getTime(),
    intervalNs: commit.intervalNs,
    backend: commit.backend,
    blind: commit.blind,
    samples: [...bySource.values()].map(sampleFrom),
    links: commit.links,
    linkSnapshot: commit.linkSnapshot,
    markers: commit.markers,
    lost: Object.fromEntries(commit.lost.map(({ k, v }) => [k, v])),
  };
}

function sourceOf({ meta }: SampleDocument): string {
  return JSON.stringify([meta.kind, meta.name]);
}

function groupBySource(documents: Iterable<SampleDocument>): Map<string, SampleDocument[]> {
  const groups = new Map<string, SampleDocument[]>();
  for (const document of documents) {
    const key = sourceOf(document);
    groups.set(key, [...(groups.get(key) ?? []), document]);
  }
  return groups;
}

function sampleFrom(documents: readonly SampleDocument[]): SourceSample {
  const parts = [...documents].sort((a, b) => a.part - b.part);
  const { meta, h, a } = parts[0] as SampleDocument;
  return {
    kind: meta.kind as SourceKind,
    name: meta.name,
    values: new Map(parts.flatMap(({ m }) => m.map(({ k, v }) => [k, v] as const))),
    ...(h
      ? {
          histograms: new Map(
            h.map(({ k, s, b, c }) => [
              k,
              { scheme: s, counts: new Map(b.map((bucket, i) => [bucket, c[i] as number])) },
            ]),
          ),
        }
      : {}),
    ...(a ? { attributes: Object.fromEntries(a.map(({ k, v }) => [k, v])) } : {}),
  };
}
