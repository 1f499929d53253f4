import type { Rng } from '@ethogram/core';

/** Random numbers of the distributions that process activity is made of. */
export interface Draws {
  uniform(low: number, high: number): number;
  /** Uniform on a logarithmic scale. */
  logUniform(low: number, high: number): number;
  integer(bound: number): number;
  normal(): number;
  exponential(mean: number): number;
  /** Gamma with the given shape and scale 1 (Marsaglia & Tsang 2000). */
  gamma(shape: number): number;
  /** Poisson counts: by inversion for small means, else by a gamma and a recursion (Ahrens & Dieter 1974). */
  poisson(mean: number): number;
  pick<T>(list: readonly T[]): T;
}

/** Draws from a seeded generator. */
export function drawsFrom(rng: Rng): Draws {
  const draws: Draws = {
    uniform: (low, high) => low + (high - low) * rng.next(),
    logUniform: (low, high) => low * (high / low) ** rng.next(),
    integer: (bound) => rng.integer(bound),
    normal: () => {
      const radius = Math.sqrt(-2 * Math.log(1 - rng.next()));
      return radius * Math.cos(2 * Math.PI * rng.next());
    },
    exponential: (mean) => -mean * Math.log(1 - rng.next()),
    gamma: (shape) => {
      if (shape < 1) return draws.gamma(shape + 1) * (1 - rng.next()) ** (1 / shape);
      const d = shape - 1 / 3;
      const c = 1 / Math.sqrt(9 * d);
      for (;;) {
        const x = draws.normal();
        const v = (1 + c * x) ** 3;
        if (v > 0 && Math.log(1 - rng.next()) < 0.5 * x * x + d * (1 - v + Math.log(v))) {
          return d * v;
        }
      }
    },
    poisson: (mean) => {
      let left = mean;
      let count = 0;
      while (left > 24) {
        const jump = Math.floor(left * 0.875);
        const reached = draws.gamma(jump);
        if (reached > left) {
          // `jump - 1` events fall uniformly before `reached`; so many of them before `left`.
          let before = 0;
          for (let i = 1; i < jump; i++) if (rng.next() < left / reached) before++;
          return count + before;
        }
        count += jump;
        left -= reached;
      }
      const limit = Math.exp(-left);
      for (let product = rng.next(); product > limit; product *= rng.next()) count++;
      return count;
    },
    pick: (list) => {
      const item = list[rng.integer(list.length)];
      if (item === undefined) throw new RangeError('pick: expected a list with items');
      return item;
    },
  };
  return draws;
}
