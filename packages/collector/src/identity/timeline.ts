import type { Marker } from '@ethogram/core';
import type { ProcessIdentity } from './process-facts.js';

/** A process as the time line sees it. */
export interface Presence {
  readonly identity: ProcessIdentity;
  /** Which file its executable is; another one under the same name is a new version. */
  readonly version?: string;
}

/**
 * Watches who comes and goes for what deserves a marker: a unit's first process, its last one
 * leaving, and an executable that became another file.
 */
export class Timeline {
  readonly #running = new Map<string, number>();
  readonly #versions = new Map<string, string>();
  /** Units whose count went through zero or up from it since the last call of `markers`. */
  readonly #before = new Map<string, number>();
  readonly #replaced = new Map<string, string>();

  /** A process came, or turned into this. */
  enter({ identity, version }: Presence): void {
    if (identity.scope !== undefined) this.#count(identity.scope, 1);
    if (version === undefined) return;
    const key = `${identity.name}\u0000${identity.attributes['exe'] ?? ''}`;
    const before = this.#versions.get(key);
    if (before !== undefined && before !== version) this.#replaced.set(identity.name, version);
    this.#versions.set(key, version);
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
      if (before === 0 && now > 0) {
        found.push({ ts, kind: 'unit-start', text: `${scope} started` });
      } else if (before > 0 && now === 0) {
        found.push({ ts, kind: 'unit-stop', text: `${scope} stopped` });
        this.#running.delete(scope);
      }
    }
    for (const name of [...this.#replaced.keys()].sort()) {
      const source = { kind: 'process', name } as const;
      found.push({ ts, kind: 'new-version', source, text: `${name} is another file than before` });
    }
    this.#before.clear();
    this.#replaced.clear();
    return found;
  }

  #count(scope: string, change: number): void {
    const now = this.#running.get(scope) ?? 0;
    if (!this.#before.has(scope)) this.#before.set(scope, now);
    this.#running.set(scope, now + change);
  }
}
