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

/** Draws that carry a sparse first state over all its 128 bits. */
const WARM_UP = 8;

/**
 * A generator whose stream depends on the seed alone (xoroshiro128+, Blackman & Vigna 2018).
 * Neighbouring seeds give unrelated streams from the first draw on: the seed is mixed first,
 * since a small one leaves the state almost empty.
 * @param seed integer; only its low 32 bits count.
 */
export function seededRng(seed: number): Rng {
  const generator = xoroshiro128plus(mix32(seed | 0));
  for (let i = 0; i < WARM_UP; i++) generator.next();
  const next = (): number => uniformFloat64(generator);
  return {
    next,
    integer: (bound) => Math.floor(next() * bound),
    fork: (label) => seededRng(hash32(`${seed | 0}/${label}`)),
  };
}

/** A bijection of 32 bits in which each input bit flips half of the output (MurmurHash3's finalizer). */
function mix32(seed: number): number {
  let x = seed;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** FNV-1a over UTF-16 code units, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/). */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash | 0;
}
