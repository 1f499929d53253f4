import type { Baseline } from './baseline.js';

/** The floor: scores drawn at random. */
export const random: Baseline = {
  name: 'random',
  seeded: true,
  score: (_train, test, rng) => Float64Array.from({ length: test.rows }, () => rng.next()),
};
