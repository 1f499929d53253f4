import type { AnomalyRecord, IncidentRecord, TickScore } from '@ethogram/score';

/** A name as an attacker would choose it. */
export const HOSTILE = 'evil"}\\\n\u001b[2J\u202eexe';

/** An anomaly of a process `name`. */
export function anomaly(name: string, more: Partial<AnomalyRecord> = {}): AnomalyRecord {
  return {
    type: 'anomaly',
    ts: '2026-05-01T10:00:00.000Z',
    host: 'web-1',
    source: { kind: 'process', name },
    score: 6.2,
    p: 6.3e-7,
    severity: 'warning',
    kinds: ['level', 'novel'],
    regime: 'full',
    incident: 'i1',
    id: `event-${name}`,
    model: 'host/0123456789abcdef',
    checkpoint: null,
    lost: 3,
    reasons: [
      {
        metric: 'syscall.openat.calls',
        actual: 812,
        expected: [0, 14],
        contribution: 0.71,
        firstSeen: false,
      },
    ],
    neighbours: [{ source: 'process:redis', score: 3.1, edge: 0.62 }],
    ...more,
  };
}

/** An incident that is over. */
export function closed(id: string, end = '2026-05-01T10:05:00.000Z'): IncidentRecord {
  return {
    type: 'incident',
    id,
    host: 'web-1',
    state: 'closed',
    severity: 'warning',
    start: '2026-05-01T10:00:00.000Z',
    end,
    model: 'host/0123456789abcdef',
    suspects: [],
  };
}

/** What a tick meant. */
export function scored(more: Partial<TickScore> = {}): TickScore {
  return {
    ts: Date.parse('2026-05-01T10:00:00.000Z'),
    host: 'web-1',
    seq: 1,
    score: 1.5,
    anomalous: false,
    incomplete: false,
    sources: [],
    anomalies: [],
    incidents: [],
    ...more,
  };
}
