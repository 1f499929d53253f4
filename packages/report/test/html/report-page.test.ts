import { seededRng } from '@ethogram/core';
import { sketchPen } from '@ethogram/graph';
import type { AnomalyRecord, TickScore } from '@ethogram/score';
import { describe, expect, test } from 'vitest';
import { exampleModel } from '../../../model/test/example-model.js';
import { type ReportView, reportPage, ScoreDigest } from '../../src/index.js';
import {
  digestOf,
  EMPTY_VIEW,
  HOSTILE,
  LOOK,
  processSample,
  START,
  tickAt,
} from '../page-parts.js';

const ESCAPED = '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;\\u202e&amp;&#39;\\x07';

const anomaly: AnomalyRecord = {
  type: 'anomaly',
  ts: new Date(START + 9_000).toISOString(),
  host: HOSTILE,
  source: { kind: 'process', name: HOSTILE },
  score: 6.2,
  p: 6.3e-7,
  severity: 'critical',
  kinds: ['novel', 'link'],
  regime: 'full',
  incident: 'i',
  id: 'a',
  model: 'm',
  checkpoint: null,
  lost: 0,
  reasons: [
    { metric: HOSTILE, actual: 812, expected: [0, 14], contribution: 0.7, firstSeen: false },
    {
      metric: 'syscall.ptrace.calls',
      actual: 3,
      expected: [0, 0],
      contribution: 0.3,
      firstSeen: true,
    },
  ],
  neighbours: [],
};

/** A page about everything, in which everything that has a name has a hostile one. */
function hostileView(): ReportView {
  const ticks = Array.from({ length: 40 }, (_, i) =>
    tickAt(
      i,
      [
        processSample(HOSTILE, { read: i + 1 }),
        {
          kind: 'process',
          name: 'nginx',
          values: new Map([['cpu.ns', 5e8]]),
          histograms: new Map([
            ['io.read.size', { scheme: 'quantize', counts: new Map([[70, 4]]) }],
          ]),
        },
        { kind: 'device', name: HOSTILE, values: new Map([['iops.read', 3]]) },
        { kind: 'custom', name: HOSTILE, values: new Map([[HOSTILE, 3]]) },
        { kind: 'host', name: 'host', values: new Map([['cpu.utilisation', 5e5]]) },
      ],
      {
        blind: [HOSTILE],
        lost: { [HOSTILE]: 1 },
        markers: [{ ts: START + i * 1_000, kind: 'note', text: HOSTILE }],
      },
    ),
  );
  const recording = digestOf(ticks);
  const scores = new ScoreDigest(recording.bins);
  const incident = {
    type: 'incident',
    id: 'i',
    host: HOSTILE,
    state: 'closed',
    severity: 'critical',
    start: anomaly.ts,
    end: anomaly.ts,
    model: 'm',
    suspects: [{ source: `process:${HOSTILE}`, score: 6.2, since: anomaly.ts, kinds: ['novel'] }],
  } as const;
  scores.push({
    ts: START + 9_000,
    host: HOSTILE,
    seq: 1,
    score: 6.2,
    anomalous: true,
    incomplete: true,
    sources: [{ source: `process:${HOSTILE}`, score: 6.2, p: 6.3e-7, anomalous: true }],
    anomalies: [anomaly],
    incidents: [incident],
  } satisfies TickScore);
  const at = new Int16Array(recording.bins.count).map((_, i) => i % 2);
  const modes = {
    of: [0, 1],
    share: [0.7, 0.3],
    marks: [[], [{ metric: HOSTILE, mean: 812, z: 2 }]],
    transitions: [
      [60, 2],
      [3, 10],
    ],
  };
  return {
    ...EMPTY_VIEW,
    title: HOSTILE,
    model: { ...exampleModel(), missing: [HOSTILE] },
    recording,
    scores: scores.view(),
    modes: [{ source: `process:${HOSTILE}`, modes, at }],
    known: [{ kind: 'misbehaviour', name: HOSTILE, from: START, to: START + 5_000 }],
    notes: [HOSTILE],
  };
}

describe('a page', () => {
  test('lets no name become markup, wherever it stands', () => {
    const page = reportPage(hostileView(), LOOK);
    expect(page).not.toMatch(/<script/i);
    for (const unseen of ['\u0007', '\u202e']) expect(page).not.toContain(unseen);
    expect(page.split(ESCAPED).length).toBeGreaterThan(15);
    // What is left of the name where it is shortened is still no markup.
    expect(page).not.toMatch(/alert\("/);
  });

  test('loads nothing, runs nothing, and forbids itself to', () => {
    const page = reportPage(hostileView(), LOOK);
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page).not.toMatch(/\b(src|href)="(?!#)/);
    expect(page).not.toMatch(/@import|url\(|\son[a-z]+=/i);
  });

  test('has every part, each reachable from the list at the top, and ids only once', () => {
    const page = reportPage(hostileView(), LOOK);
    const links = [...page.matchAll(/<li><a href="#([a-z-]+)">/g)].map(([, id]) => id);
    const parts = [...page.matchAll(/<section id="([a-z-]+)"/g)].map(([, id]) => id);
    expect(links).toEqual(parts);
    for (const id of [
      'scores',
      'anomalies',
      'calls',
      'sources',
      'modes',
      'distributions',
      'iops',
    ]) {
      expect(parts).toContain(id);
    }
    for (const id of ['thresholds', 'coverage', 'loss', 'host', 'custom'])
      expect(parts).toContain(id);
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('gives every table a caption and every cell that names a row or column its scope', () => {
    const page = reportPage(hostileView(), LOOK);
    const tables = page.match(/<table>/g)?.length ?? 0;
    expect(tables).toBeGreaterThan(5);
    expect(page.match(/<caption>/g)).toHaveLength(tables);
    expect(page.match(/<th(?! scope=)(?=[\s>])/g)).toBeNull();
  });

  test('names the one most suspect first of all', () => {
    const page = reportPage(hostileView(), LOOK);
    expect(page).toMatch(/class="verdict critical">1 incident;/);
    expect(page).toContain('Most suspect');
  });

  test('without a recording shows what a model knows, and without a model what was recorded', () => {
    const model = reportPage({ ...EMPTY_VIEW, model: exampleModel() }, LOOK);
    expect(model).toContain('What was learned');
    expect(model).not.toContain('id="calls"');
    const { recording } = hostileView();
    const recorded = reportPage({ ...EMPTY_VIEW, recording, notes: ['too little'] }, LOOK);
    expect(recorded).toContain('too little');
    expect(recorded).toContain('id="calls"');
    expect(recorded).not.toContain('id="thresholds"');
  });

  test('is the same bytes for the same view, by ruler or by hand', () => {
    for (const pen of [() => LOOK.pen, () => sketchPen(seededRng(1))]) {
      const draw = (style: 'plain' | 'sketch') =>
        reportPage(hostileView(), { style, pen: pen(), font: 'sans-serif' });
      expect(draw('plain')).toBe(draw('plain'));
      expect(draw('sketch')).toContain('feDisplacementMap');
    }
  });
});
