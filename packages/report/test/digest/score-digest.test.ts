import type { AnomalyRecord, IncidentRecord, TickScore } from '@ethogram/score';
import { describe, expect, test } from 'vitest';
import { ScoreDigest, TimeBins } from '../../src/index.js';
import { START } from '../page-parts.js';

const bins = new TimeBins({ from: START, to: START + 100_000 }, 1_000);

const scored = (i: number, score: number, more: Partial<TickScore> = {}): TickScore => ({
  ts: START + (i + 1) * 1_000,
  host: 'web-1',
  seq: i,
  score,
  anomalous: false,
  incomplete: false,
  sources: [{ source: 'process:a', score, p: null, anomalous: false }],
  anomalies: [],
  incidents: [],
  ...more,
});

describe('scores added up', () => {
  test('keep the largest of each bin, and leave bins without ticks empty', () => {
    const digest = new ScoreDigest(bins);
    for (const [i, score] of [1, 7, 2].entries()) digest.push(scored(i, score));
    const { host, sources, ticks } = digest.view();
    expect(ticks).toBe(3);
    expect(host.worst).toBe(7);
    expect(host.scores[0]).toBe(7);
    expect(host.scores[bins.count - 1]).toBeNaN();
    expect(sources).toHaveLength(1);
  });

  test('keep an incident as it stood at last, and no more anomalies than a page holds', () => {
    const digest = new ScoreDigest(bins);
    const incident = (state: 'open' | 'closed') =>
      ({ id: 'x', state, start: new Date(START).toISOString() }) as IncidentRecord;
    const anomalies = Array.from({ length: 1_500 }, () => ({ id: 'a' }) as AnomalyRecord);
    digest.push(scored(0, 9, { anomalous: true, anomalies, incidents: [incident('open')] }));
    digest.push(scored(1, 0, { incomplete: true, incidents: [incident('closed')] }));
    const view = digest.view();
    expect(view.incidents).toEqual([incident('closed')]);
    expect(view.anomalies).toHaveLength(1_000);
    expect(view.anomaliesLeftOut).toBe(500);
    expect(view).toMatchObject({ anomalousTicks: 1, incompleteTicks: 1 });
    expect(view.host.anomalous[0]).toBe(1);
  });
});
