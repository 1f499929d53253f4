import { parseSourceKey } from '@ethogram/core';
import type { GraphNode, GraphPart, InferredEdge, ObservedEdge } from '@ethogram/model';

/** A node by its key with what differs from an ordinary one. */
export type NodeSpec = readonly [key: string, extra?: Partial<GraphNode>];

/** A small graph part for tests: nodes by key, edges by keys. */
export function scene(
  nodes: readonly NodeSpec[],
  observed: readonly (readonly [
    string,
    string,
    ObservedEdge['kind'],
    Partial<ObservedEdge>?,
  ])[] = [],
  inferred: readonly (readonly [string, string, Partial<InferredEdge>?])[] = [],
  extra: Partial<GraphPart> = {},
): GraphPart {
  const keys = nodes.map(([key]) => key);
  const at = (key: string) => {
    const index = keys.indexOf(key);
    if (index < 0) throw new RangeError(`no node ${key}`);
    return index;
  };
  return {
    from: Date.UTC(2026, 0, 5, 12),
    to: Date.UTC(2026, 0, 5, 12, 30),
    stepMs: 1000,
    n: 1800,
    preview: false,
    mode: 'full',
    seed: 1,
    lambda: 0.05,
    shrinkage: 0.01,
    thresholds: { fdr: 0.05, minStrength: 0.1 },
    nodes: nodes.map(([key, more]) => {
      const source = parseSourceKey(key);
      if (!source) throw new RangeError(`no source key: ${key}`);
      return {
        ...source,
        metric: 'syscall.calls',
        activity: 100,
        activeShare: 1,
        state: 'ok' as const,
        reason: null,
        own: false,
        cluster: 0,
        precision: 2,
        transform: null,
        ...more,
      };
    }),
    observed: observed.map(([from, to, kind, more]) => ({
      from: at(from),
      to: at(to),
      kind,
      opened: 1,
      events: 100,
      bytes: 1000,
      firstSeen: Date.UTC(2026, 0, 5, 12),
      lastSeen: Date.UTC(2026, 0, 5, 12, 29),
      ...more,
    })),
    inferred: inferred.map(([a, b, more]) => ({
      a: Math.min(at(a), at(b)),
      b: Math.max(at(a), at(b)),
      strength: 0.4,
      rho: 0.4,
      r: 0.5,
      precision: -0.5,
      lagMs: 0,
      leads: null,
      q: 0.001,
      accepted: true,
      hint: null,
      ...more,
    })),
    rhoFloor: 0.05,
    ...extra,
  };
}

/** A web server, its database, its clients, a disk, and what else runs on a small host. */
export function webScene(): GraphPart {
  return scene(
    [
      ['process:nginx.service/nginx', { cluster: 0 }],
      ['process:node'],
      ['process:redis.service/redis-server', { cluster: 1, precision: 1 }],
      [
        'process:cron',
        { state: 'insufficient data', reason: 'insufficient data', cluster: null, precision: null },
      ],
      ['process:ethogram', { own: true }],
      ['process:init.scope/systemd', { cluster: null }],
      ['process:bash'],
      ['device:vda', { cluster: 1 }],
      [
        'endpoint:remote:10.0.0.0/24',
        {
          state: 'insufficient data',
          reason: 'no activity series',
          cluster: null,
          precision: null,
        },
      ],
    ],
    [
      ['endpoint:remote:10.0.0.0/24', 'process:nginx.service/nginx', 'tcp', { events: 9000 }],
      ['process:nginx.service/nginx', 'process:node', 'tcp', { events: 5000 }],
      ['process:node', 'process:redis.service/redis-server', 'unix', { events: 3000 }],
      ['process:nginx.service/nginx', 'process:nginx.service/nginx', 'unix'],
      ['process:init.scope/systemd', 'process:nginx.service/nginx', 'fork'],
      ['process:cron', 'process:bash', 'fork'],
      ['process:bash', 'process:node', 'fork'],
    ],
    [
      ['process:nginx.service/nginx', 'process:node', { strength: 0.6 }],
      ['process:nginx.service/nginx', 'process:redis.service/redis-server', { strength: 0.2 }],
      [
        'process:redis.service/redis-server',
        'device:vda',
        { lagMs: 2000, leads: 'a', r: 0.3, rho: 0.05 },
      ],
      ['process:ethogram', 'device:vda'],
      ['process:cron', 'device:vda', { accepted: false, strength: 0.05, q: 0.7, rho: -0.07 }],
    ],
  );
}
