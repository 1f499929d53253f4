import type { AnomalyRecord, IncidentRecord } from '@ethogram/score';
import { describe, expect, test } from 'vitest';
import {
  anomalyLine,
  anomalyView,
  csvHeader,
  csvRow,
  type ExplanationContext,
  explanationLines,
  incidentView,
  jsonLine,
  plainStyle,
  renderTable,
  textChart,
} from '../src/index.js';

const anomaly: AnomalyRecord = {
  type: 'anomaly',
  ts: '2026-05-01T10:00:00.000Z',
  host: 'web-1',
  source: { kind: 'process', name: 'nginx.service/nginx\u001b[2J' },
  score: 6.2,
  p: 6.3e-7,
  severity: 'critical',
  kinds: ['novel', 'mix'],
  regime: 'full',
  incident: 'i1',
  id: 'a1',
  model: 'm1',
  checkpoint: null,
  lost: 0,
  reasons: [
    {
      metric: 'syscall.ptrace.calls',
      actual: 3,
      expected: [0, 0],
      contribution: 0.71,
      firstSeen: true,
    },
    {
      metric: 'syscall.openat.calls',
      actual: 812,
      expected: [0, 14],
      contribution: 0.29,
      firstSeen: false,
    },
  ],
  neighbours: [{ source: 'process:redis', score: 3.1, edge: 0.62 }],
};

describe('an anomaly', () => {
  test('is a line that says when, how bad, who, by what and why', () => {
    expect(anomalyLine(anomaly, plainStyle)).toBe(
      '2026-05-01 10:00:00Z critical nginx.service/nginx\\x1b[2J 6.2 (p 6.3e-7) novel+mix: ' +
        'syscall.ptrace.calls 3, never seen before (71 %), ' +
        'syscall.openat.calls 812, expected 0 to 14 (29 %) (near: process:redis 3.1) [a1]',
    );
  });

  test('says of a value that training showed too that it was not like this', () => {
    const seen = { metric: 'cpu.ns', actual: 9, contribution: 1, firstSeen: false } as const;
    const because = (expected: readonly [number, number]) =>
      anomalyLine({ ...anomaly, reasons: [{ ...seen, expected }] }, plainStyle);
    expect(because([5, 9])).toContain('cpu.ns 9, of 5 to 9 in training but not like this (100 %)');
    expect(because([5, 8])).toContain('cpu.ns 9, expected 5 to 8 (100 %)');
  });

  test('without probability says what is known instead', () => {
    const { p: _, ...rest } = anomaly;
    expect(anomalyLine({ ...rest, p: null, pBelow: 0.001 }, plainStyle)).toContain('(p < 0.001)');
    expect(anomalyLine({ ...rest, p: null }, plainStyle)).toContain('(no probability yet)');
  });

  test('is its own record in JSON, and a row as wide as the header in CSV', () => {
    expect(JSON.parse(jsonLine(anomalyView, anomaly))).toEqual(anomaly);
    const header = csvHeader(anomalyView).trim().split(',');
    expect(csvRow(anomalyView, anomaly).trim().split(',')).toHaveLength(header.length);
  });

  const nothing: ExplanationContext = {
    incident: null,
    alsoOff: [],
    warn: null,
    markers: [],
    said: null,
    nearest: null,
    strangest: [],
    model: null,
    recordings: [],
  };

  test('is explained by what stood around it, and by commands that a shell takes as they are', () => {
    const ts = Date.UTC(2026, 4, 1, 9, 58);
    const lines = explanationLines({ ...anomaly, checkpoint: '0123456789abcdef' }, undefined, {
      incident: null,
      alsoOff: [
        { source: 'process:redis\u001b', score: 4.25, since: anomaly.ts, kinds: ['level', 'mix'] },
      ],
      warn: 3,
      markers: [
        { ts, kind: 'boot', text: 'of 2 processors' },
        { ts, kind: 'new-version', source: { kind: 'process', name: 'nginx' }, text: '1.2\u001b' },
      ],
      said: { verdict: 'expected', at: ts, until: null },
      nearest: {
        ts,
        values: [
          { metric: 'syscall.openat.calls', value: 13.5 },
          { metric: 'memory.rss', value: null },
        ],
        lookedAtMs: 3_600_000,
      },
      strangest: [{ ts, score: 2.5 }],
      model: 'web@3',
      recordings: [{ name: "it's; rm -rf /\u001b", host: null, from: ts, to: ts + 1 }],
    });
    expect(lines.slice(lines.findIndex((line) => line.startsWith('neighbours')))).toEqual([
      'neighbours  process:redis: score 3.1, edge 0.62, off too',
      'also off    process:redis\\x1b: score 4.25 by level, mix, since 2026-05-01 10:00:00Z',
      'around      2026-05-01 09:58:00Z boot: of 2 processors',
      '            2026-05-01 09:58:00Z new-version nginx: 1.2\\x1b',
      'nearest     2026-05-01 09:58:00Z in training: syscall.openat.calls 13.5 (of 1 h looked at)',
      'strange     2026-05-01 09:58:00Z in training: score 2.5',
      'said        expected for good, 2026-05-01 09:58:00Z',
      "look at     ethogram export --recording 'it'\\''s; rm -rf /\\x1b' --from 2026-05-01T09:58:00.000Z --to 2026-05-01T09:58:00.001Z",
      "            ethogram score --model web@3 --recording 'it'\\''s; rm -rf /\\x1b' --checkpoint 0123456789abcdef --to 2026-05-01T09:58:00.001Z",
    ]);
  });

  test('is explained by its incident: since when, whether it is over, and who most likely caused it', () => {
    const incident: IncidentRecord = {
      type: 'incident',
      id: anomaly.incident,
      host: anomaly.host,
      state: 'open',
      severity: 'critical',
      start: '2026-05-01T09:58:00.000Z',
      end: '2026-05-01T10:05:00.000Z',
      model: 'm1',
      suspects: [
        { source: 'process:sh\u001b', score: 9, since: anomaly.ts, kinds: ['novel'] },
        { source: 'process:redis', score: 4, since: anomaly.ts, kinds: ['level'] },
      ],
    };
    const line = (more: Partial<IncidentRecord>) => {
      const context = { ...nothing, incident: { ...incident, ...more } };
      return explanationLines(anomaly, undefined, context).find((one) =>
        one.startsWith('incident'),
      );
    };
    expect(line({})).toBe(
      'incident    i1: critical, open since 2026-05-01 09:58:00Z, most likely by process:sh\\x1b',
    );
    expect(line({ state: 'closed', suspects: [] })).toBe(
      'incident    i1: critical, 2026-05-01 09:58:00Z to 2026-05-01 10:05:00Z',
    );

    expect(JSON.parse(jsonLine(incidentView, incident))).toEqual(incident);
    const [header = '', row = ''] = renderTable(incidentView, [incident], plainStyle).split('\n');
    expect(header).toMatch(/^INCIDENT +HOST +STATE +SEVERITY +START +END +SUSPECTS +MODEL$/);
    expect(row).toMatch(
      /^i1 +web-1 +open +critical +2026-05-01 09:58:00Z .*process:sh\\x1b and 1 more +m1$/,
    );
  });

  test('is explained by factors, neighbours and a picture', () => {
    const series = {
      metric: 'syscall.openat.calls/s',
      values: [0, 5, 812, 3],
      expected: [0, 14],
      marked: 2,
      from: Date.UTC(2026, 4, 1, 9, 59, 58),
      to: Date.UTC(2026, 4, 1, 10, 0, 1),
    } as const;
    const lines = explanationLines(anomaly, series, nothing);
    expect(lines.join('\n')).toContain('because     syscall.ptrace.calls 3, never seen before');
    expect(lines.join('\n')).toContain('neighbours  process:redis: score 3.1, edge 0.62');
    expect(lines.at(-1)).toMatch(/^ +\^$/);
    expect(lines.join('\n')).not.toContain('\u001b');
  });
});

describe('a text chart', () => {
  const number = (value: number) => String(value);

  test('stands the values over their expected range and marks a tick', () => {
    expect(textChart({ values: [0, 7, null, 3], expected: [0, 2], marked: 1 }, 72, number)).toEqual(
      ['7 ┤ █', '  ┤ █', '  ┤ █', '  ┤ █', '  ┤ █ █', '  ┤·█·█', '  ┤·█·█', '0 ┤·█·█', '    ^'],
    );
  });

  test('is never wider than asked, and keeps the largest values', () => {
    const values = Array.from({ length: 1_000 }, (_, i) => (i === 500 ? 9 : 1));
    const lines = textChart({ values, expected: [0, 1], marked: 500 }, 40, number);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40 + 3);
    expect(lines[0]).toContain('█');
  });

  test('of a constant, of nothing measured, and of negative values is still a chart', () => {
    for (const values of [[1, 1], [null], [-5, 5], [0]]) {
      expect(textChart({ values, expected: [0, 0], marked: 0 }, 10, number)).toHaveLength(9);
    }
  });
});
