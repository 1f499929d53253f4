import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of randomness; a parameter wherever anything is random. */
export interface Rng {
  /** A uniform number in [0, 1). */
  next(): number;
  /** A uniform integer in [0, bound), bound an integer ≥ 1. */
  integer(bound: number): number;
  /** An independent stream that depends on this seed and the label only. */
  fork(label: string): Rng;
}

/**
 * A generator whose stream depends on the seed alone (xoroshiro128+, Blackman & Vigna 2018).
 * @param seed integer; only its low 32 bits count.
 */
export function seededRng(seed: number): Rng {
  const generator = xoroshiro128plus(seed | 0);
  const next = (): number => uniformFloat64(generator);
  return {
    next,
    integer: (bound) => Math.floor(next() * bound),
    fork: (label) => seededRng(hash32(`${seed | 0}/${label}`)),
  };
}

/** FNV-1a over UTF-16 code units, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/). */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash | 0;
}
