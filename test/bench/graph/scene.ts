/** Activity of sources and who truly depends on whom. */
export interface Scene {
  readonly name: string;
  readonly names: readonly string[];
  readonly kinds: readonly ('process' | 'device')[];
  /** One series of counts per source. */
  readonly activity: readonly Float64Array[];
  /** Directed pairs of indices, cause first. */
  readonly truth: readonly (readonly [number, number])[];
  /** Pairs that share a driver nobody sees: no dependence, and nothing in the data says so. */
  readonly hidden: readonly (readonly [number, number])[];
  /** Group of every source; null for those without one. */
  readonly groups: readonly (string | null)[];
}
