import { type Link, type SourceId, sourceKey } from '@ethogram/core';
import type { EbpfLink } from '@ethogram/native';

/**
 * Links between identities as links between sources: those of one pair and kind add up. Instances
 * of one source that talk among themselves are no link.
 * @param nodeOf the source of an identity; nothing where it is left out.
 */
export function nameLinks(
  links: readonly EbpfLink[],
  nodeOf: (identity: number) => SourceId | undefined,
): Link[] {
  const named = new Map<string, Link>();
  for (const link of links) {
    const from = end(link.from, nodeOf);
    const to = end(link.to, nodeOf);
    if (!from || !to) continue;
    const [fromKey, toKey] = [sourceKey(from), sourceKey(to)];
    if (fromKey === toKey) continue;
    const key = `${link.kind}\u0000${fromKey}\u0000${toKey}`;
    const before = named.get(key);
    named.set(key, {
      from,
      to,
      kind: link.kind,
      opened: (before?.opened ?? 0) + link.opened,
      closed: (before?.closed ?? 0) + link.closed,
      events: (before?.events ?? 0) + link.events,
      bytes: (before?.bytes ?? 0) + link.bytes,
    });
  }
  return [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, link]) => link);
}

function end(
  node: number | string,
  nodeOf: (identity: number) => SourceId | undefined,
): SourceId | undefined {
  return typeof node === 'string' ? { kind: 'endpoint', name: node } : nodeOf(node);
}
