import type { TickScore } from '@ethogram/score';
import { expect, test } from 'vitest';
import { csvHeader, csvRow, jsonLine, plainStyle, sourceTickView, tickView } from '../src/index.js';

const tick: TickScore = {
  ts: Date.UTC(2026, 4, 1),
  host: 'h',
  seq: 1,
  score: 6.25,
  anomalous: true,
  incomplete: false,
  sources: [],
  anomalies: [],
  incidents: [],
};

test('a tick of the host is timestamp, score and 0 or 1 in CSV', () => {
  expect(csvHeader(tickView)).toBe('timestamp,score,anomalous\n');
  expect(csvRow(tickView, tick)).toBe('2026-05-01T00:00:00.000Z,6.25,1\n');
  expect(JSON.parse(jsonLine(tickView, tick))).toMatchObject({ type: 'tick', anomalous: true });
  expect(tickView.line?.(tick, plainStyle)).toBe('2026-05-01 00:00:00Z   6.25 anomalous');
});

test('a source at a tick has its name before its score', () => {
  const row = { ts: tick.ts, host: 'h', source: 'process:=x', score: 0, p: null, anomalous: false };
  expect(csvHeader(sourceTickView)).toBe('timestamp,source,score,anomalous\n');
  expect(csvRow(sourceTickView, row)).toBe('2026-05-01T00:00:00.000Z,process:=x,0,0\n');
  expect(sourceTickView.line?.(row, plainStyle)).toBe('2026-05-01 00:00:00Z   0.00 process:=x');
});
