import { plainStyle } from '@ethogram/report';
import type { AnomalyRecord } from '@ethogram/score';
import { describe, expect, test } from 'vitest';
import { findingLine, findings } from '../../src/demo/findings.js';
import type { Label } from '../../src/demo/labels.js';

const at = (s: number) => new Date(Date.UTC(2026, 4, 1) + s * 1_000).toISOString();

const anomaly = (s: number, name: string) =>
  ({ ts: at(s), source: { kind: 'process', name }, kinds: ['novel'] }) as unknown as AnomalyRecord;

const breach: Label = {
  kind: 'misbehaviour',
  name: 'a shell\u001b[2J',
  culprit: 'nginx.service/dash',
  from: at(100),
  to: at(110),
};

describe('what was found', () => {
  test("is the culprit's own anomaly, even where another came first", () => {
    const rows = [anomaly(101, 'nginx.service/nginx'), anomaly(103, 'nginx.service/dash')];
    const { found, others } = findings([breach], rows);
    expect(found[0]).toMatchObject({ anomaly: rows[1], named: true });
    expect(others).toEqual([]);
    const line = findingLine(found[0] as (typeof found)[0], plainStyle);
    expect(line).toMatch(/nginx\.service\/dash, the culprit, after 3 s/);
    expect(line).not.toContain('\u001b');
  });

  test('is said to be somebody else where the culprit raised none', () => {
    const { found } = findings([breach], [anomaly(101, 'redis')]);
    expect(found[0]?.named).toBe(false);
    expect(findingLine(found[0] as (typeof found)[0], plainStyle)).toContain('not the culprit');
  });

  test('is missed where nothing was said in time, and what no label explains is counted', () => {
    const late = [anomaly(99, 'a'), anomaly(171, 'b')];
    const { found, others } = findings([breach, { ...breach, kind: 'benign' }], late);
    expect(found).toHaveLength(1);
    expect(findingLine(found[0] as (typeof found)[0], plainStyle)).toMatch(/^missed/);
    expect(others).toEqual(late);
  });
});
