import type { Marker } from '@ethogram/core';
import type { ProcessIdentity } from './process-facts.js';

/** A process as the time line sees it. */
export interface Presence {
  readonly identity: ProcessIdentity;
  /** Which file its executable is; another one under the same name is a new version. */
  readonly version?: string;
}

/** Executables whose versions are remembered, and versions of each. */
const MOST_EXECUTABLES = 10_000;
const MOST_VERSIONS = 64;

/**
 * Watches who comes and goes for what deserves a marker: a unit's first process, its last one
 * leaving, and an executable that became another file.
 */
export class Timeline {
  readonly #running = new Map<string, number>();
  /** By name and path, every version met. */
  readonly #versions = new Map<string, Set<string>>();
  /** Units whose count went through zero or up from it since the last call of `markers`. */
  readonly #before = new Map<string, number>();
  readonly #replaced = new Set<string>();
  /** Units of which a process came and went since the last call of `markers`. */
  readonly #visited = new Set<string>();

  /** A process came, or turned into this. */
  enter({ identity, version }: Presence): void {
    if (identity.scope !== undefined) this.#count(identity.scope, 1);
    if (version === undefined) return;
    const key = `${identity.name}\u0000${identity.attributes['exe'] ?? ''}`;
    const met = this.#versions.get(key);
    if (!met) {
      this.#forgetOldest();
      this.#versions.set(key, new Set([version]));
    } else if (!met.has(version)) {
      this.#replaced.add(identity.name);
      if (met.size >= MOST_VERSIONS) met.clear();
      met.add(version);
    }
  }

  /** A process came and went between two looks. */
  visit({ identity }: Presence): void {
    if (identity.scope === undefined) return;
    this.#count(identity.scope, 0);
    this.#visited.add(identity.scope);
  }

  /** A process went, or stopped being this. */
  leave({ identity }: Presence): void {
    if (identity.scope !== undefined) this.#count(identity.scope, -1);
  }

  /**
   * The markers of what happened since the last call, ordered by name.
   * @param ts of the tick, milliseconds UTC.
   */
  markers(ts: number): Marker[] {
    const found: Marker[] = [];
    for (const [scope, before] of [...this.#before].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const now = this.#running.get(scope) ?? 0;
      const isBrief = before === 0 && now === 0 && this.#visited.has(scope);
      if (isBrief || (before === 0 && now > 0)) {
        found.push({ ts, kind: 'unit-start', text: `${scope} started` });
      }
      if (isBrief || (before > 0 && now === 0)) {
        found.push({ ts, kind: 'unit-stop', text: `${scope} stopped` });
      }
      if (now === 0) this.#running.delete(scope);
    }
    for (const name of [...this.#replaced].sort()) {
      const source = { kind: 'process', name } as const;
      found.push({ ts, kind: 'new-version', source, text: `${name} is another file than before` });
    }
    this.#before.clear();
    this.#visited.clear();
    this.#replaced.clear();
    return found;
  }

  #forgetOldest(): void {
    if (this.#versions.size < MOST_EXECUTABLES) return;
    for (const oldest of this.#versions.keys()) {
      this.#versions.delete(oldest);
      return;
    }
  }

  #count(scope: string, change: number): void {
    const now = this.#running.get(scope) ?? 0;
    if (!this.#before.has(scope)) this.#before.set(scope, now);
    this.#running.set(scope, now + change);
  }
}
