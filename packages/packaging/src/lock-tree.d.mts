/** A package of somebody else that the product runs with. */
export interface Dependency {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; empty where the package names none. */
  readonly licence: string;
  /** It may be missing on this platform. */
  readonly optional: boolean;
}

/** What rooms take from elsewhere, by the lock file. */
export function dependenciesOf(rooms: readonly string[]): Dependency[];
