import type { Draws } from './draws.js';

/** A directed dependence: events at `from` make events at `to` after a delay. */
export interface Coupling {
  readonly from: number;
  readonly to: number;
  /** Mean number of events made by one event. */
  readonly gain: number;
  /** Mean delay, seconds. */
  readonly delay: number;
  /** Shape of the gamma distributed delay. */
  readonly shape: number;
}

/** What a source is in the scene. */
export type Role = 'service' | 'device' | 'logger' | 'busy' | 'idle' | 'timer';

/** A machine's worth of services, and what runs beside them. */
export interface Topology {
  readonly roles: readonly Role[];
  readonly names: readonly string[];
  readonly groups: readonly (string | null)[];
  /** Ordered so that causes come before their effects. */
  readonly couplings: readonly Coupling[];
  readonly hidden: readonly (readonly [number, number])[];
}

/**
 * Lays out services (a web stack, pipelines, client and server, a balancer with workers, writers),
 * the disks they write to, a log daemon that some report to, and, for 40 % of the sources,
 * decoys with the same statistics and no dependence.
 */
export function layTopology(p: number, draws: Draws): Topology {
  const roles: Role[] = [];
  const names: string[] = [];
  const groups: (string | null)[] = [];
  const calls: Coupling[] = [];
  const late: Coupling[] = [];
  const roots: number[] = [];
  const add = (role: Role, name: string, group: string | null): number => {
    roles.push(role);
    names.push(`${name}-${names.length}`);
    groups.push(group);
    return names.length - 1;
  };
  const quick = () =>
    draws.uniform(0, 1) < 0.25 ? draws.logUniform(0.05, 0.5) : draws.logUniform(0.001, 0.01);
  const call = (from: number, to: number): number => {
    const slow = draws.uniform(0, 1) < 0.06;
    const delay = slow ? draws.logUniform(0.8, 5) : quick();
    calls.push({ from, to, gain: draws.logUniform(0.3, 3), delay, shape: slow ? 2 : 4 });
    return to;
  };
  const disks = Array.from({ length: Math.max(1, Math.round(p * 0.03)) }, () =>
    add('device', 'disk', null),
  );
  const logger = add('logger', 'logger', null);
  const write = (from: number): void => {
    const delay = draws.uniform(0, 1) < 0.8 ? draws.logUniform(0.8, 5) : quick();
    const gain = draws.logUniform(0.3, 3);
    late.push({ from, to: draws.pick(disks), gain, delay, shape: 2 });
  };
  const report = (from: number): void => {
    if (draws.uniform(0, 1) >= 0.3) return;
    late.push({ from, to: logger, gain: draws.uniform(0.02, 0.1), delay: quick(), shape: 4 });
  };
  let left = p - disks.length - 1 - Math.round(0.4 * p);
  for (let g = 0; left >= 2; g++) {
    const shapes = (['web', 'fan', 'pipe', 'pair', 'writer'] as const).filter(
      (shape) => ({ web: 5, fan: 5, pipe: 3, pair: 2, writer: 1 })[shape] <= left,
    );
    const shape = draws.pick(shapes);
    const before = names.length;
    const group = `${shape}-${g}`;
    const node = (name: string) => add('service', name, group);
    if (shape === 'web') {
      const [client, proxy, app] = [node('client'), node('proxy'), node('app')];
      call(client, proxy);
      call(proxy, app);
      call(app, node('cache'));
      write(call(app, node('database')));
      report(proxy);
      report(app);
      roots.push(client);
    } else if (shape === 'fan') {
      const balancer = node('balancer');
      const count = Math.min(2 + draws.integer(5), left - 2);
      const workers = Array.from({ length: count }, () => call(balancer, node('worker')));
      const database = node('database');
      for (const worker of workers) {
        call(worker, database);
        report(worker);
      }
      roots.push(balancer);
    } else if (shape === 'pipe') {
      const count = Math.min(3 + draws.integer(3), left);
      let last = node('stage');
      roots.push(last);
      for (let i = 1; i < count; i++) last = call(last, node('stage'));
      if (draws.uniform(0, 1) < 0.5) write(last);
    } else if (shape === 'pair') {
      const client = node('client');
      report(call(client, node('server')));
      roots.push(client);
    } else {
      const writer = node('writer');
      write(writer);
      roots.push(writer);
    }
    left -= names.length - before;
  }
  while (names.length < p) {
    const role = draws.pick(['busy', 'busy', 'busy', 'idle', 'timer'] as const);
    add(role, role, null);
  }
  return { roles, names, groups, couplings: [...calls, ...late], hidden: pairUp(roots, draws) };
}

/** Lets a seventh of the roots share a client that nobody sees. */
function pairUp(roots: readonly number[], draws: Draws): (readonly [number, number])[] {
  const free = [...roots];
  const take = () => free.splice(draws.integer(free.length), 1)[0] as number;
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0; i < Math.round(0.15 * roots.length) && free.length >= 2; i++) {
    pairs.push([take(), take()]);
  }
  return pairs;
}
