import { type Rng, seededRng, type Tick } from '@ethogram/core';
import { quietTick } from '@ethogram/testkit/bench';

/** What is made: so many sources, each with so many metrics, a tick a second. */
export const MADE = Object.freeze({ sources: 200, metrics: 10 });

/** When the first interval begins: a whole minute. */
const START = 1_767_600_000_000;

/** Values of each tick. */
export const VALUES_PER_TICK = MADE.sources * MADE.metrics;

/** The same for each run. */
export const madeRng = (): Rng => seededRng(1);

/** The values of one tick: counters around a mean of their own, a third of them steady. */
export function makeValues(rng: Rng, into: Float64Array): void {
  for (let i = 0; i < into.length; i++) {
    const metric = i % MADE.metrics;
    const mean = 4 ** (metric % 6);
    into[i] = 1 + Math.floor(metric % 3 === 0 ? mean : mean * rng.next());
  }
}

const NAMES = Array.from({ length: MADE.sources }, (_, s) => `service-${s}`);
const METRICS = Array.from({ length: MADE.metrics }, (_, m) => `syscall.call_${m}.calls`);

/** A tick as a collector hands it over. */
export function tickOf(seq: number, values: Float64Array): Tick {
  const samples = NAMES.map((name, s) => ({
    kind: 'process' as const,
    name,
    values: new Map(
      METRICS.map((metric, m): [string, number] => [
        metric,
        values[s * MADE.metrics + m] as number,
      ]),
    ),
  }));
  return quietTick(seq, START + seq * 1000, samples);
}
