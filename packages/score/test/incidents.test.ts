import { describe, expect, it } from 'vitest';
import { IncidentBook } from '../src/incidents.js';
import { START } from './synthetic-host.js';

const anomaly = (source: string, ts: number) => ({
  host: 'h',
  ts,
  source,
  score: 5,
  severity: 'warning' as const,
  kinds: ['level'] as const,
});

describe('incidents', () => {
  it('are one where anomalies begin within ten seconds of it, and not after', () => {
    const book = new IncidentBook('m', new Map());
    const first = book.note(anomaly('process:a', START));
    expect(book.note(anomaly('process:b', START + 10_000)).id).toBe(first.id);
    expect(book.note(anomaly('process:c', START + 10_001)).id).not.toBe(first.id);
  });

  it('are not one because the clock was set back by an hour', () => {
    const book = new IncidentBook('m', new Map());
    const first = book.note(anomaly('process:a', START));
    expect(book.note(anomaly('process:b', START - 3_600_000)).id).not.toBe(first.id);
    expect(book.note(anomaly('process:a', START - 3_500_000)).id).toBe(first.id);
  });

  it('close after ten ticks that prove quiet, however many lie between that do not', () => {
    const book = new IncidentBook('m', new Map());
    book.note(anomaly('process:a', START));
    const states: (string | undefined)[] = [];
    for (let i = 1; i <= 30; i++) {
      const at = { host: 'h', ts: START + i * 1000, unsure: i % 3 !== 0 };
      states.push(book.close(at, new Set(i === 1 ? ['process:a'] : []))[0]?.state);
    }
    expect(states.indexOf('open')).toBe(0);
    expect(states.indexOf('closed')).toBe(29);
  });
});
