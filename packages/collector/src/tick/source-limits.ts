/** Which process sources a tick may hold. */
export interface SourceLimits {
  /** Process sources at once, at least 1. */
  readonly maxSources: number;
  /** Only process sources whose name it matches (`*` any run, `?` one character). */
  readonly match?: string;
}

/** Ticks after which a name that nobody used makes room for another. */
const FORGET_AFTER_TICKS = 600;

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
  #tick = 0;

  constructor(limits: SourceLimits) {
    this.#max = limits.maxSources;
    this.#pattern = limits.match === undefined ? undefined : globPattern(limits.match);
  }

  /** Begins a tick. */
  nextTick(): void {
    this.#tick++;
  }

  /** The name to count under: its own, {@link OTHER}, or none where nobody asked for it. */
  admit(name: string): string | undefined {
    if (this.#pattern && !this.#pattern.test(name)) return undefined;
    if (!this.#lastUsed.has(name) && this.#lastUsed.size >= this.#max) this.#forget();
    if (!this.#lastUsed.has(name) && this.#lastUsed.size >= this.#max) return OTHER;
    this.#lastUsed.set(name, this.#tick);
    return name;
  }

  #forget(): void {
    for (const [name, used] of this.#lastUsed) {
      if (this.#tick - used > FORGET_AFTER_TICKS) this.#lastUsed.delete(name);
    }
  }
}

/** A glob as a pattern over a whole name; `*` crosses slashes. */
export function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su');
}
