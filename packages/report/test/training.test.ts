import type { GraphPart, Model } from '@ethogram/model';
import { describe, expect, test } from 'vitest';
import { exampleModel } from '../../model/test/example-model.js';
import {
  learnedLines,
  modelRecord,
  plainStyle,
  renderTable,
  STEP_NAMES,
  stepView,
  trainingLines,
  trainingRecord,
} from '../src/index.js';

const node = (name: string, activity: number, cluster: number | null) => ({
  kind: 'process' as const,
  name,
  metric: 'syscall.calls',
  activity,
  activeShare: 1,
  state: 'ok' as const,
  reason: null,
  own: false,
  cluster,
  precision: 1.5,
  transform: null,
});

/** A graph of three sources, one of them with a hostile name. */
const graph = {
  preview: true,
  nodes: [
    node('nginx', 120, 0),
    node('redis\u001b[2J', 80, 0),
    node('cron', 1, 1),
    { ...node('self/ethogram', 500, null), own: true },
  ],
  inferred: [
    { a: 0, b: 1, strength: 0.62, accepted: true },
    { a: 0, b: 2, strength: 0.1, accepted: false },
  ],
  observed: [
    { from: 0, to: 1, kind: 'tcp', opened: 1, events: 913, bytes: 1, firstSeen: 0, lastSeen: 1 },
    { from: 2, to: 0, kind: 'fork', opened: 1, events: 9, bytes: 0, firstSeen: 0, lastSeen: 1 },
  ],
} as unknown as GraphPart;

const provisional = exampleModel();
const withGraph: Model = {
  ...provisional,
  graph,
  failures: [{ source: 'process:bad\nname', reason: 'no rows' }],
};

describe('what a training prints', () => {
  test('holds coverage, clusters, edges, thresholds, regime, what is missing, and time', () => {
    const text = trainingLines(withGraph, { version: 3, tookMs: 2_345 }).join('\n');
    for (const part of [
      'model example version 3',
      'regime      provisional',
      'missing     needs 14 more minutes for rates',
      'coverage    1 min, 0 restarts, nothing held out to check against: not ready',
      'clusters    2 behaviours among 3 sources',
      'edges       2 observed, 1 inferred (a preview: fewer than 600 samples)',
      'thresholds  warn from 3, critical from 4',
      'not learned process:bad\\nname: no rows',
      'time        2.3 s',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('is the same as a record', () => {
    expect(trainingRecord(withGraph, { tookMs: 1 })).toMatchObject({
      type: 'training',
      model: provisional.id,
      version: null,
      regime: 'provisional',
      clusters: 2,
      edges: { observed: 2, inferred: 1, preview: true },
      coverage: { ready: false },
    });
  });

  test('without a graph says so instead of failing', () => {
    expect(trainingLines(provisional, { tookMs: 0 }).join('\n')).toContain('clusters    none');
    expect(learnedLines(provisional).join('\n')).toContain('Dependencies: none');
  });
});

describe('what was learned', () => {
  test('is told in about ten lines, escaped, with what could not be learned', () => {
    const lines = learnedLines(withGraph);
    expect(lines.length).toBeGreaterThanOrEqual(8);
    expect(lines.length).toBeLessThanOrEqual(14);
    const text = lines.join('\n');
    expect(text).toContain('Busiest: nginx (120/s), redis\\x1b[2J (80/s), cron (1/s).');
    expect(text).toContain('Seen dependencies (1): nginx → redis\\x1b[2J (tcp).');
    expect(text).toContain('Inferred dependencies (1, a preview below 600 samples): nginx –');
    expect(text).toContain('Not yet: needs 14 more minutes for rates');
    expect(text).not.toContain('\u001b');
  });

  test('has a record without the weights', () => {
    const record = modelRecord(withGraph);
    expect(record).toMatchObject({ type: 'model', backends: ['ebpf'], seed: 1 });
    expect(record).not.toHaveProperty('tookMs');
    expect(JSON.stringify(record).length).toBeLessThan(2_000);
  });

  test('can be looked at step by step', () => {
    const steps: Model['steps'] = {
      select: { sources: 1, series: 3, blind: ['links'], ranking: [{ source: 'a', relevance: 2 }] },
      clean: { constants: 1, duplicates: 0, self: ['process:ethogram'], gaps: 0, lost: 0 },
      explore: [{ source: 'a', metric: 'm', mean: 1, sd: 2, min: 0, max: 3 }],
      cluster: [{ source: 'a', view: 'level', centres: 4, windows: 20 }],
      correlate: [{ source: 'a', metric: 'm', with: 'n', r: 0.99 }],
    };
    for (const step of STEP_NAMES) {
      const { view, rows } = stepView({ ...provisional, steps }, step);
      expect(rows.length, step).toBeGreaterThan(0);
      expect(renderTable(view, rows, plainStyle).split('\n').length).toBe(rows.length + 2);
    }
    expect(
      renderTable(
        stepView({ ...provisional, steps }, 'select').view,
        stepView({ ...provisional, steps }, 'select').rows,
        plainStyle,
      ),
    ).toContain('no metric: this backend cannot see it');
  });
});
