import type { Block, BlockSource, Link, Marker, SeriesId, SourceId } from '@ethogram/core';
import { sourceKey } from '@ethogram/core';

/** Coarser names for processes than a recording has: a unit or container as one, or by executable alone. */
export const REGROUPINGS = ['scope', 'exe'] as const;

/** One of {@link REGROUPINGS}. */
export type Regrouping = (typeof REGROUPINGS)[number];

/**
 * The name of a process source in a coarser grouping. Recordings name processes
 * `scope/executable`, and carry both as attributes where the collector knew them. A name that was
 * merged already stays.
 */
export function regroupedName(source: BlockSource, group: Regrouping): string {
  if (source.kind !== 'process') return source.name;
  const slash = source.name.lastIndexOf('/');
  const executable = source.attributes?.['executable'] ?? source.name.slice(slash + 1);
  if (group === 'exe') return executable;
  return source.attributes?.['scope'] ?? (slash < 0 ? source.name : source.name.slice(0, slash));
}

/**
 * A block whose process sources are merged under coarser names: counters and buckets add up, and so
 * do gauges, which for processes are amounts (memory, threads, descriptors). Links between what
 * became one source are left out, the others are added up by kind. Attributes stay where all merged
 * sources agree.
 * Complexity: values × log(values of a tick).
 */
export function regroupBlock(block: Block, group: Regrouping): Block {
  const names = block.sources.map((source) => ({
    kind: source.kind,
    name: regroupedName(source, group),
  }));
  const sources: BlockSource[] = [];
  const indexOf = new Map<string, number>();
  const target = block.sources.map((source, i) => {
    const name = names[i] as SourceId;
    const key = sourceKey(name);
    const known = indexOf.get(key);
    if (known !== undefined) {
      sources[known] = {
        ...name,
        attributes: agreed(sources[known]?.attributes, source.attributes),
      };
      return known;
    }
    indexOf.set(key, sources.length);
    return sources.push({ ...name, attributes: { ...source.attributes } }) - 1;
  });
  const renamed = new Map(
    block.sources.map((source, i) => [sourceKey(source), names[i] as SourceId] as const),
  );
  const rename = (source: SourceId): SourceId =>
    renamed.get(sourceKey(source)) ?? { kind: source.kind, name: regroupedName(source, group) };
  return {
    ...block,
    sources,
    ...mergeValues(block, target),
    links: mapEntries(block.links, (links) => mergeLinks(links, rename)),
    markers: mapEntries(block.markers, (markers) => markers.map((m) => renameMarker(m, rename))),
  };
}

/** The columns of values with the series of merged sources added up. */
function mergeValues(
  block: Block,
  target: readonly number[],
): Pick<Block, 'series' | 'rowStart' | 'seriesIndex' | 'values'> {
  const series: SeriesId[] = [];
  const indexOf = new Map<string, number>();
  const into = block.series.map((one) => {
    const source = target[one.source] as number;
    const key = JSON.stringify([source, one.metric, one.scheme, one.bucket]);
    const known = indexOf.get(key);
    if (known !== undefined) return known;
    indexOf.set(key, series.length);
    return series.push({ ...one, source }) - 1;
  });
  const ticks = block.ts.length;
  const rowStart = new Uint32Array(ticks + 1);
  const seriesIndex: number[] = [];
  const values: number[] = [];
  for (let t = 0; t < ticks; t++) {
    const row = new Map<number, number>();
    for (let i = block.rowStart[t] as number; i < (block.rowStart[t + 1] as number); i++) {
      const at = into[block.seriesIndex[i] as number] as number;
      row.set(at, (row.get(at) ?? 0) + (block.values[i] as number));
    }
    for (const [at, value] of [...row].sort((a, b) => a[0] - b[0])) {
      seriesIndex.push(at);
      values.push(value);
    }
    rowStart[t + 1] = values.length;
  }
  return {
    series,
    rowStart,
    seriesIndex: Uint32Array.from(seriesIndex),
    values: Float64Array.from(values),
  };
}

function mergeLinks(links: readonly Link[], rename: (source: SourceId) => SourceId): Link[] {
  const merged = new Map<string, Link>();
  for (const link of links) {
    const from = rename(link.from);
    const to = rename(link.to);
    const key = `${sourceKey(from)}\u0000${sourceKey(to)}\u0000${link.kind}`;
    if (sourceKey(from) === sourceKey(to)) continue;
    const known = merged.get(key);
    merged.set(key, {
      from,
      to,
      kind: link.kind,
      opened: link.opened + (known?.opened ?? 0),
      closed: link.closed + (known?.closed ?? 0),
      events: link.events + (known?.events ?? 0),
      bytes: link.bytes + (known?.bytes ?? 0),
    });
  }
  return [...merged.values()];
}

function renameMarker(marker: Marker, rename: (source: SourceId) => SourceId): Marker {
  return marker.source ? { ...marker, source: rename(marker.source) } : marker;
}

/** What two sets of attributes have in common. */
function agreed(
  a: Readonly<Record<string, string>> = {},
  b: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return Object.fromEntries(Object.entries(a).filter(([key, value]) => b[key] === value));
}

function mapEntries<V, W>(map: ReadonlyMap<number, V>, change: (value: V) => W): Map<number, W> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

/** Blocks under the names that a model has for sources. */
export function inGroups(block: Block, group: Regrouping | null): Block {
  return group === null ? block : regroupBlock(block, group);
}
