/** What a thing that behaves can be. */
export type SourceKind = 'process' | 'device' | 'host' | 'endpoint' | 'custom';

/** Every source kind, in the order in which tables list them. */
export const SOURCE_KINDS: readonly SourceKind[] = [
  'process',
  'device',
  'host',
  'endpoint',
  'custom',
];

/** A source within one host: an identity that survives restarts, never a PID. */
export interface SourceId {
  readonly kind: SourceKind;
  /** For processes `unit/executable` or `executable`; for devices the kernel's name. */
  readonly name: string;
}

/** A thing that behaves, named across hosts. */
export interface Source extends SourceId {
  readonly host: string;
}

/** The key of a source within its host: `process:nginx.service/nginx`. */
export function sourceKey(source: SourceId): string {
  return `${source.kind}:${source.name}`;
}

/**
 * Reads a key written by {@link sourceKey}; names may hold further colons.
 * @returns the source, or `undefined` where the text before the first colon is no source kind.
 */
export function parseSourceKey(key: string): SourceId | undefined {
  const colon = key.indexOf(':');
  const kind = key.slice(0, Math.max(0, colon));
  if (!isSourceKind(kind) || colon === key.length - 1) return undefined;
  return { kind, name: key.slice(colon + 1) };
}

/** Whether a text is one of {@link SOURCE_KINDS}. */
export function isSourceKind(text: string): text is SourceKind {
  return (SOURCE_KINDS as readonly string[]).includes(text);
}

/** Orders sources by kind, then by name in code-unit order: the same on every machine. */
export function compareSources(a: SourceId, b: SourceId): number {
  const byKind = SOURCE_KINDS.indexOf(a.kind) - SOURCE_KINDS.indexOf(b.kind);
  if (byKind !== 0) return byKind;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
