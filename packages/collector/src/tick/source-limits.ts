import { globPattern } from '@ethogram/core';

/** Which process sources a tick may hold. */
export interface SourceLimits {
  /** Process sources at once, at least 1. */
  readonly maxSources: number;
  /** Only process sources whose name it matches (`*` any run, `?` one character). */
  readonly match?: string;
}

/** Ticks after which a name that nobody used makes room for another. */
const FORGET_AFTER_TICKS = 600;

/** New names of one unit or container in a tick, or of all outside of one, after the first tick. */
const MOST_NEW_OF_ONE = 50;

/** Where a process source that found no room is counted. */
export const OTHER = 'other';

/**
 * Admits process sources, first come, first served, so that a name keeps its place as long as
 * it is used; a name unused for 600 ticks makes room when room is needed.
 */
export class SourceAdmission {
  readonly #max: number;
  readonly #pattern: RegExp | undefined;
  readonly #lastUsed = new Map<string, number>();
  readonly #fresh = new Map<string, number>();
  #tick = 0;
  /** The tick in which unused names last made room: in the same one none would be found again. */
  #forgotIn = 0;

  constructor(limits: SourceLimits) {
    this.#max = limits.maxSources;
    this.#pattern = limits.match === undefined ? undefined : globPattern(limits.match);
  }

  /** Begins a tick. */
  nextTick(): void {
    this.#tick++;
    this.#fresh.clear();
  }

  /**
   * The name to count under: its own, {@link OTHER}, or none where nobody asked for it.
   * @param scope the unit or container: one that makes up names leaves room for the others.
   */
  admit(name: string, scope = ''): string | undefined {
    if (this.#pattern && !this.#pattern.test(name)) return undefined;
    if (!this.#lastUsed.has(name) && !this.#hasRoom(scope)) return OTHER;
    this.#lastUsed.set(name, this.#tick);
    return name;
  }

  #hasRoom(scope: string): boolean {
    const fresh = this.#fresh.get(scope) ?? 0;
    // What was there before us is all new at first.
    if (this.#tick > 1 && fresh >= MOST_NEW_OF_ONE) return false;
    if (this.#lastUsed.size >= this.#max) this.#forget();
    if (this.#lastUsed.size >= this.#max) return false;
    this.#fresh.set(scope, fresh + 1);
    return true;
  }

  #forget(): void {
    if (this.#forgotIn === this.#tick) return;
    this.#forgotIn = this.#tick;
    for (const [name, used] of this.#lastUsed) {
      if (this.#tick - used > FORGET_AFTER_TICKS) this.#lastUsed.delete(name);
    }
  }
}
