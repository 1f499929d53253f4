import { seededRng } from '@ethogram/core';
import { type Draws, drawsFrom } from './draws.js';
import type { Scene } from './scene.js';
import { type Coupling, layTopology, type Role } from './topology.js';

/** Steps of the simulation in one sample of a second. */
const STEPS = 20;

/** How a scene is made. */
export interface SceneOptions {
  readonly p: number;
  /** Samples of one second. */
  readonly n: number;
  readonly seed: number;
  /** No dependence at all: every source runs by itself. */
  readonly unrelated?: boolean;
}

/**
 * Counts of system calls per second as services make them: bursty roots whose events travel
 * along the couplings, each event costing a random number of calls, with own background, a load
 * shared by all, housekeeping timers and decoys. Same options, same series.
 */
export function processSeries({ p, n, seed, unrelated = false }: SceneOptions): Scene {
  const rng = seededRng(seed).fork(`series/${p}/${unrelated}`);
  const draws = drawsFrom(rng);
  const topology = layTopology(p, draws);
  const steps = n * STEPS;
  const load = sharedLoad(steps, draws);
  const drivers = new Map<number, Float64Array>();
  for (const [a, b] of topology.hidden) {
    const driver = modulation(steps, draws);
    drivers.set(a, driver);
    drivers.set(b, driver);
  }
  const events: Float64Array[] = [];
  const calls = topology.names.map(() => new Float64Array(n));
  const order = inOrder(topology.roles.length, topology.couplings);
  for (const i of order) {
    const role = topology.roles[i] as Role;
    const causes = unrelated ? [] : topology.couplings.filter(({ to }) => to === i);
    const weight = Math.abs(0.3 + 0.15 * draws.normal());
    const lift = load.map((value) => Math.exp(weight * value));
    const made = causes.length > 0 ? effects(causes, events, calls, steps, draws) : undefined;
    const own = ownEvents(role, made, drivers.get(i), lift, draws);
    events[i] = own;
    spend(own, role, calls[i] as Float64Array, draws);
  }
  return {
    name: unrelated ? `unrelated p=${p} seed ${seed}` : `p=${p} seed ${seed}`,
    names: topology.names,
    kinds: topology.roles.map((role) => (role === 'device' ? 'device' : 'process')),
    activity: calls,
    truth: unrelated ? [] : topology.couplings.map(({ from, to }) => [from, to] as const),
    hidden: topology.hidden,
    groups: topology.groups,
  };
}

/** Indices so that every cause comes before its effects. */
function inOrder(count: number, couplings: readonly Coupling[]): number[] {
  const order: number[] = [];
  const done = new Set<number>();
  const visit = (i: number): void => {
    if (done.has(i)) return;
    done.add(i);
    for (const { from, to } of couplings) if (to === i) visit(from);
    order.push(i);
  };
  for (let i = 0; i < count; i++) visit(i);
  return order;
}

/** A slow wave with noise that lifts everything a little. */
function sharedLoad(steps: number, draws: Draws): Float64Array {
  const waves = draws.uniform(0.5, 2);
  const phase = draws.uniform(0, 6);
  const noise = drift(steps, 45, draws);
  return noise.map(
    (value, t) => 0.8 * value + 0.6 * Math.sin((2 * Math.PI * waves * t) / steps + phase),
  );
}

/** An Ornstein–Uhlenbeck process of unit variance with the given memory in seconds. */
function drift(steps: number, memory: number, draws: Draws): Float64Array {
  const keep = Math.exp(-1 / (memory * STEPS));
  const fresh = Math.sqrt(1 - keep * keep);
  const x = new Float64Array(steps);
  let value = draws.normal();
  for (let t = 0; t < steps; t++) {
    value = keep * value + fresh * draws.normal();
    x[t] = value;
  }
  return x;
}

/** A positive rate around 1: on and off, drifting, with heavy-tailed spikes. */
function modulation(steps: number, draws: Draws): Float64Array {
  const low = draws.uniform(0.05, 0.4);
  const [on, off] = [draws.uniform(3, 20), draws.uniform(5, 40)];
  const rate = new Float64Array(steps);
  let active = draws.uniform(0, 1) < on / (on + off);
  for (let t = 0; t < steps; ) {
    const end = t + Math.max(1, Math.round(draws.exponential(active ? on : off) * STEPS));
    rate.fill(active ? 1 : low, t, end);
    t = end;
    active = !active;
  }
  const spread = draws.uniform(0.2, 0.6);
  const wander = drift(steps, draws.uniform(5, 60), draws);
  for (let t = 0; t < steps; t++) rate[t] = (rate[t] ?? 0) * Math.exp(spread * (wander[t] ?? 0));
  for (let k = draws.poisson(steps / STEPS / 120); k > 0; k--) {
    const from = draws.integer(steps);
    const to = from + Math.max(1, Math.round(draws.exponential(0.7) * STEPS));
    const height = Math.min(31, (1 - draws.uniform(0, 1)) ** (-1 / 1.5));
    for (let t = from; t < Math.min(to, steps); t++) rate[t] = (rate[t] ?? 0) * height;
  }
  const mean = rate.reduce((sum, value) => sum + value, 0) / steps;
  return rate.map((value) => value / mean);
}

/** Events that the causes of one source make at it; both ends spend a call on each transfer. */
function effects(
  causes: readonly Coupling[],
  events: readonly Float64Array[],
  calls: readonly Float64Array[],
  steps: number,
  draws: Draws,
): Float64Array {
  const made = new Float64Array(steps);
  for (const { from, to, gain, delay, shape } of causes) {
    const source = events[from] as Float64Array;
    for (let t = 0; t < steps; t++) {
      const sent = draws.poisson(gain * (source[t] ?? 0));
      for (let k = 0; k < sent; k++) {
        const after = ((delay * draws.gamma(shape)) / shape) * STEPS;
        const at = Math.floor(t + draws.uniform(0, 1) + after);
        if (at >= steps) continue;
        made[at] = (made[at] ?? 0) + 1;
        spendOne(calls[from] as Float64Array, t);
        spendOne(calls[to] as Float64Array, at);
      }
    }
  }
  return made;
}

function spendOne(calls: Float64Array, step: number): void {
  const sample = Math.floor(step / STEPS);
  calls[sample] = (calls[sample] ?? 0) + 1;
}

function ownEvents(
  role: Role,
  made: Float64Array | undefined,
  driver: Float64Array | undefined,
  lift: Float64Array,
  draws: Draws,
): Float64Array {
  const steps = lift.length;
  if (role === 'idle') return lift.map(() => draws.poisson(0.02 / STEPS));
  if (role === 'timer') return timer(steps, draws);
  let rate = draws.logUniform(3, 120) / STEPS;
  if (made) {
    const share = draws.uniform(0.1, 0.6);
    const mean = made.reduce((sum, value) => sum + value, 0) / steps;
    rate = (mean * share) / (1 - share) + 0.02 / STEPS;
  }
  const wave = modulation(steps, draws);
  return lift.map((factor, t) => {
    const shape = driver ? 0.8 * (driver[t] ?? 0) + 0.2 * (wave[t] ?? 0) : (wave[t] ?? 0);
    return (made?.[t] ?? 0) + draws.poisson(rate * shape * factor);
  });
}

function timer(steps: number, draws: Draws): Float64Array {
  const events = new Float64Array(steps);
  const period = draws.pick([1, 2, 5, 10, 30, 60]) * STEPS;
  for (let t = draws.uniform(0, period); t < steps; t += period) {
    events[Math.floor(t)] = draws.poisson(8) + 1;
  }
  return events;
}

/** What events cost in system calls; a device counts its events as they are. */
function spend(events: Float64Array, role: Role, calls: Float64Array, draws: Draws): void {
  const cost = draws.logUniform(2, 60);
  const shape = draws.uniform(1, 5);
  for (let sample = 0; sample < calls.length; sample++) {
    let count = 0;
    for (let step = 0; step < STEPS; step++) count += events[sample * STEPS + step] ?? 0;
    const spent = role === 'device' ? count : cost * (draws.gamma(count * shape + 1e-9) / shape);
    calls[sample] = role === 'device' ? count : (calls[sample] ?? 0) + draws.poisson(spent);
  }
  if (role === 'device') return;
  const period = draws.pick([1, 2, 5, 10, 30, 60]);
  for (let t = draws.integer(period); t < calls.length; t += period) {
    calls[t] = (calls[t] ?? 0) + draws.poisson(4);
  }
}
