import { bartlettFactors } from './bartlett.js';
import type { Columns } from './columns.js';
import { commonDrivers } from './common-driver.js';
import { conditionOnOne } from './condition-on-one.js';
import { delayedDependence } from './delayed-dependence.js';
import { withoutNoise } from './errors-in-variables.js';
import { partialCorrelations } from './graphical-lasso.js';
import { gram, invertPositiveDefinite, ledoitWolf } from './ledoit-wolf.js';

/** What is known of every pair of columns; all matrices row-major `p × p`. */
export interface PairStatistics {
  readonly p: number;
  /** What pairs are ranked by: 0 … 1, symmetric. */
  readonly strength: Float64Array;
  /** Correlation that is left after the most explaining third column, 0 … 1, symmetric; for tests. */
  readonly conditioned: Float64Array;
  /** Partial correlation from the shrunk covariance, symmetric. */
  readonly rho: Float64Array;
  /** Correlation at lag 0, symmetric. */
  readonly r0: Float64Array;
  /** At (i, j) the strength with which i's recent past acts on j, 0 … 1. */
  readonly delayed: Float64Array;
  /** Partial correlation behind `delayed`. */
  readonly delayedRho: Float64Array;
  /** 1 where both follow one slow cause, symmetric; such a pair is no edge. */
  readonly driven: Uint8Array;
  /** Ledoit–Wolf covariance. */
  readonly covariance: Float64Array;
  readonly shrinkage: number;
}

/** What the strength of a pair with a common driver is worth in the ranking. */
const DRIVEN = 0.5;

/** Settings of {@link pairStatistics}. */
export interface PairOptions {
  /** Mean delay looked for, samples. */
  readonly delay: number;
  /** `circularProducts` of the columns, where they are known already. */
  readonly circular?: Columns;
}

/** Weight of the joint partial correlation against the one given a single other column, in a geometric mean. */
const JOINT = 1 / 2;

/** The same for delayed dependence, where few columns compete and noise weighs more. */
const JOINT_DELAYED = 1 / 3;

/** Delayed dependence counts a little less, since the larger of two directions is taken. */
const DELAYED = 0.9;

/**
 * Direct dependence of every pair of unit-variance innovations. Within one sample: the partial
 * correlation given all others, with measurement noise taken out of the covariance, and the
 * weakest correlation given any one other column, as a geometric mean; zero where the
 * two disagree in sign with the plain correlation (what conditioning on a common child makes).
 * Over several samples: the same of each column's recent past on the other. The larger counts,
 * divided by Bartlett's factor, so that two timers of one period gain nothing from it.
 * Complexity: 2 n p² + 3 p³.
 */
export function pairStatistics(x: Columns, options: PairOptions): PairStatistics {
  const p = x.count;
  const r0 = gram(x);
  const { covariance, shrinkage } = ledoitWolf(x, r0);
  const rho = partialOf(covariance, p);
  const direct = partialOf(withoutNoise(covariance, p), p);
  const one = conditionOnOne(r0, p);
  const past = delayedDependence(x, options.delay, r0);
  const factors = bartlettFactors(x, options.circular);
  const driven = commonDrivers(x, r0);
  const strength = new Float64Array(p * p);
  const conditioned = new Float64Array(p * p);
  const delayed = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) {
      const at = i * p + j;
      if (i !== j) {
        const both = joined(past.rho[at] as number, past.conditioned[at] as number, JOINT_DELAYED);
        delayed[at] = (DELAYED * both) / (factors[at] as number);
      }
    }
  }
  for (let i = 0; i < p; i++) {
    for (let j = i + 1; j < p; j++) {
      const at = i * p + j;
      const ta = j * p + i;
      const factor = factors[at] as number;
      const agree = (direct[at] as number) * (r0[at] as number) > 0;
      const within = agree ? joined(direct[at] as number, one[at] as number, JOINT) / factor : 0;
      const over = Math.max(delayed[at] as number, delayed[ta] as number);
      strength[at] = strength[ta] = Math.max(within, over) * (driven[at] ? DRIVEN : 1);
      const left =
        within >= over
          ? (one[at] as number)
          : Math.max(past.conditioned[at] as number, past.conditioned[ta] as number);
      conditioned[at] = conditioned[ta] = left / Math.sqrt(factor);
    }
  }
  return {
    p,
    strength,
    conditioned,
    rho,
    r0,
    delayed,
    delayedRho: past.rho,
    driven,
    covariance,
    shrinkage,
  };
}

function joined(joint: number, single: number, weight: number): number {
  return Math.abs(joint) ** weight * Math.abs(single) ** (1 - weight);
}

function partialOf(covariance: Float64Array, p: number): Float64Array {
  const inverse = invertPositiveDefinite(covariance, p);
  return inverse ? partialCorrelations(inverse, p) : new Float64Array(p * p);
}
