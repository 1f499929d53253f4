import type { Block, Link, Marker, SourceId } from '@ethogram/core';

/** What a block holds besides numbers, in a form that is short as JSON. */
interface RareJson {
  /** Ends of links: kind and name. */
  readonly ends: readonly (readonly [SourceId['kind'], string])[];
  /** Per tick with links: tick, then per link: from, to, kind, opened, closed, events, bytes. */
  readonly links: readonly (readonly [number, readonly LinkRow[]])[];
  readonly snapshots: readonly number[];
  readonly markers: readonly (readonly [number, readonly Marker[]])[];
  readonly lost: readonly (readonly [number, Readonly<Record<string, number>>])[];
}

type LinkRow = readonly [number, number, Link['kind'], number, number, number, number];

/** The links, markers and losses of a block. */
export type Rare = Pick<Block, 'links' | 'linkSnapshots' | 'markers' | 'lost'>;

/** Writes what is rare as JSON; empty where there is nothing. */
export function encodeRare(block: Rare): string {
  if (block.links.size + block.linkSnapshots.size + block.markers.size + block.lost.size === 0) {
    return '';
  }
  const ends: [SourceId['kind'], string][] = [];
  const index = new Map<string, number>();
  const end = (source: SourceId): number => {
    const key = `${source.kind}:${source.name}`;
    let at = index.get(key);
    if (at === undefined) {
      at = ends.length;
      index.set(key, at);
      ends.push([source.kind, source.name]);
    }
    return at;
  };
  const links = [...block.links].map(([t, list]): [number, LinkRow[]] => [
    t,
    list.map((l) => [end(l.from), end(l.to), l.kind, l.opened, l.closed, l.events, l.bytes]),
  ]);
  const rare: RareJson = {
    ends,
    links,
    snapshots: [...block.linkSnapshots],
    markers: [...block.markers],
    lost: [...block.lost],
  };
  return JSON.stringify(rare);
}

/** Reads what {@link encodeRare} wrote; throws a SyntaxError or TypeError on anything else. */
export function decodeRare(text: string): Rare {
  if (text === '') {
    return { links: new Map(), linkSnapshots: new Set(), markers: new Map(), lost: new Map() };
  }
  const rare = JSON.parse(text) as RareJson;
  const end = (at: number): SourceId => {
    const [kind, name] = rare.ends[at] as [SourceId['kind'], string];
    return { kind, name };
  };
  return {
    links: new Map(
      rare.links.map(([t, rows]) => [
        t,
        rows.map(([from, to, kind, opened, closed, events, bytes]) => ({
          from: end(from),
          to: end(to),
          kind,
          opened,
          closed,
          events,
          bytes,
        })),
      ]),
    ),
    linkSnapshots: new Set(rare.snapshots),
    markers: new Map(rare.markers),
    lost: new Map(rare.lost),
  };
}
