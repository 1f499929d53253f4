const OTHER_THAN = 'processes other than ';

/** A glob as a pattern over a whole name: `*` any run, also across slashes, `?` one character. */
export function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su');
}

/** What a tick is blind to that was measured of processes with matching names only. */
export function blindBeyond(glob: string): string {
  return `${OTHER_THAN}${glob}`;
}

/**
 * Whether processes of a name could be seen by who was blind to so much.
 * @param blind families of metrics that nobody could see, see `Tick.blind`.
 */
export function couldSee(blind: readonly string[]): (name: string) => boolean {
  const patterns = blind
    .filter((family) => family.startsWith(OTHER_THAN))
    .map((family) => globPattern(family.slice(OTHER_THAN.length)));
  return (name) => patterns.length === 0 || patterns.some((pattern) => pattern.test(name));
}
