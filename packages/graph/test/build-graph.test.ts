import { describe, expect, it } from 'vitest';
import { buildGraph } from '../src/index.js';
import { scene, webScene } from './scene.js';

const NGINX = 'process:nginx.service/nginx';
const REDIS = 'process:redis.service/redis-server';

describe('buildGraph', () => {
  it('joins observed and inferred evidence and keeps the direction of the link', () => {
    const graph = buildGraph(webScene());
    const edge = graph.getEdgeAttributes(`${NGINX}->process:node`);
    expect(edge).toMatchObject({
      evidence: 'both',
      relation: 'calls',
      kinds: ['tcp'],
      events: 5000,
    });
    expect(edge).toMatchObject({ rho: 0.4, q: 0.001, n: 1800, exported: true });
    expect(edge.strength).toBeGreaterThan(0.6);
    expect(graph.getEdgeAttributes(`process:node->${REDIS}`).evidence).toBe('observed');
  });

  it('hides an inferred edge that an observed path explains, and shows it on request', () => {
    const undirected = [`${NGINX}--${REDIS}`, `${REDIS}--${NGINX}`];
    const hidden = buildGraph(webScene());
    expect(undirected.some((key) => hidden.hasEdge(key))).toBe(false);
    expect(hidden.getAttribute('hidden')['indirect']).toBe(1);
    const shown = buildGraph(webScene(), { indirect: true });
    const key = undirected.find((one) => shown.hasEdge(one)) ?? '';
    expect(shown.getEdgeAttributes(key)).toMatchObject({ indirect: true, evidence: 'inferred' });
  });

  it('does not take two clients of one server for explained: a collider passes nothing on', () => {
    const part = scene(
      [['process:a'], ['process:b'], ['process:server']],
      [
        ['process:a', 'process:server', 'tcp'],
        ['process:b', 'process:server', 'tcp'],
      ],
      [['process:a', 'process:b']],
    );
    expect(buildGraph(part).hasEdge('process:a--process:b')).toBe(true);
  });

  it('does not take a link that carries next to nothing for an explanation', () => {
    const through = (events: number) =>
      scene(
        [['process:parent'], ['process:a'], ['process:b']],
        [
          ['process:parent', 'process:a', 'unix', { events }],
          ['process:parent', 'process:b', 'unix', { events: 900 }],
        ],
        [['process:a', 'process:b']],
      );
    expect(buildGraph(through(900)).hasEdge('process:a--process:b')).toBe(false);
    expect(buildGraph(through(3)).hasEdge('process:a--process:b')).toBe(true);
  });

  it('directs an inferred edge only where the lead is significant', () => {
    const graph = buildGraph(webScene());
    expect(graph.getEdgeAttributes(`${REDIS}->device:vda`)).toMatchObject({
      relation: 'covaries',
      lagMs: 2000,
    });
  });

  it('hides spawns by default and replaces shells and PID 1 when they are shown', () => {
    expect(buildGraph(webScene()).hasEdge('process:cron->process:node')).toBe(false);
    const graph = buildGraph(webScene(), { spawns: true });
    expect(graph.getEdgeAttributes('process:cron->process:node').relation).toBe('spawns');
    expect(graph.hasEdge('process:cron->process:bash')).toBe(false);
    expect(graph.outDegree('process:init.scope/systemd')).toBe(0);
  });

  it('flags our own recorder and leaves its inferred edges out unless asked', () => {
    const graph = buildGraph(webScene());
    expect(graph.getNodeAttribute('process:ethogram', 'own')).toBe(true);
    expect(graph.degree('process:ethogram')).toBe(0);
    expect(buildGraph(webScene(), { own: true }).degree('process:ethogram')).toBe(1);
  });

  it('keeps isolated nodes with their reason, or drops them on request', () => {
    const graph = buildGraph(webScene());
    expect(graph.getNodeAttributes('process:cron')).toMatchObject({
      state: 'insufficient data',
      reason: 'insufficient data',
      community: -1,
    });
    const connected = buildGraph(webScene(), { isolated: false });
    expect(connected.hasNode('process:cron')).toBe(false);
    expect(connected.getAttribute('hidden')['isolated']).toBe(4);
  });

  it('takes --min-strength as the threshold in place of the tests, and says which pairs failed them', () => {
    const graph = buildGraph(webScene(), { minStrength: 0 });
    const key = graph.findEdge('device:vda', 'process:cron', () => true) ?? '';
    expect(graph.getEdgeAttributes(key)).toMatchObject({ exported: false, sign: -1 });
    const strong = buildGraph(webScene(), { minStrength: 0.95 });
    strong.forEachEdge((_key, { strength }) => expect(strength).toBeGreaterThanOrEqual(0.95));
    expect(strong.size).toBeGreaterThan(0);
  });

  it('keeps only the evidence asked for', () => {
    const observed = buildGraph(webScene(), { evidence: 'observed' });
    expect(observed.mapEdges((_key, { evidence }) => evidence)).not.toContain('inferred');
    const inferred = buildGraph(webScene(), { evidence: 'inferred' });
    expect(inferred.mapEdges((_key, { evidence }) => evidence).sort()).toEqual([
      'both',
      'inferred',
    ]);
  });

  it('focuses on a source by key, name or label, and names it when it is unknown', () => {
    for (const focus of [REDIS, 'redis.service/redis-server', 'redis-server']) {
      expect(buildGraph(webScene(), { focus }).nodes().sort()).toEqual([
        'device:vda',
        'process:node',
        REDIS,
      ]);
    }
    expect(buildGraph(webScene(), { focus: REDIS, hops: 2 }).hasNode(NGINX)).toBe(true);
    expect(() => buildGraph(webScene(), { focus: 'nginy' })).toThrow(/nginy/);
  });

  it('groups nodes by scope and by community', () => {
    const byScope = buildGraph(webScene(), { groupBy: 'scope' });
    expect(byScope.getNodeAttributes('group:nginx.service')).toMatchObject({ kind: 'group' });
    expect(byScope.hasEdge('group:nginx.service->process:node')).toBe(true);
    const byCommunity = buildGraph(webScene(), { groupBy: 'community', isolated: false });
    expect(byCommunity.order).toBeLessThan(buildGraph(webScene(), { isolated: false }).order);
  });

  it('labels a node by its executable, with the scope where two share one', () => {
    const part = scene([
      ['process:a.service/worker'],
      ['process:b.service/worker'],
      ['process:cron'],
    ]);
    expect(buildGraph(part).mapNodes((_key, { label }) => label)).toEqual([
      'worker (a.service)',
      'worker (b.service)',
      'cron',
    ]);
  });

  it('gives the same graph to the last byte for the same part', () => {
    const text = JSON.stringify(buildGraph(webScene()).export());
    expect(JSON.stringify(buildGraph(webScene()).export())).toBe(text);
  });

  it('builds a graph of nothing', () => {
    expect(buildGraph(scene([])).order).toBe(0);
  });
});
