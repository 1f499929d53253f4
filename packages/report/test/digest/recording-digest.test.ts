import type { SourceSample, Tick } from '@ethogram/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_BINS, TimeBins } from '../../src/digest/time-bins.js';
import { RecordingDigest } from '../../src/index.js';
import { blocksOf, digestOf, processSample, START, tickAt } from '../page-parts.js';

const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);

describe('bins of time', () => {
  test('are never more than a page can show, cover the range, and hold a tick or more each', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.integer({ min: 1, max: 4e11 }),
        fc.integer({ min: 1, max: 3_600_000 }),
        (from, length, intervalMs) => {
          const bins = new TimeBins({ from, to: from + length }, intervalMs);
          expect(bins.count).toBeLessThanOrEqual(MOST_BINS);
          expect(bins.from).toBeLessThanOrEqual(from);
          expect(bins.to).toBeGreaterThanOrEqual(from + length);
          expect(bins.stepMs).toBeGreaterThanOrEqual(intervalMs);
          expect(bins.at(from - 1e15)).toBe(0);
          expect(bins.at(from + 1e15)).toBe(bins.count - 1);
        },
      ),
    );
  });
});

describe('a recording added up', () => {
  test('keeps every call, by process, by name and over time', () => {
    const ticks = Array.from({ length: 120 }, (_, i) =>
      tickAt(i, [
        processSample('nginx', { read: i, write: 2 }),
        ...(i % 2 === 0 ? [processSample('redis', { read: 5 })] : []),
      ]),
    );
    const { processes, calls, ticks: count, bins } = digestOf(ticks);
    expect(count).toBe(120);
    expect(processes.map(({ name, calls: n }) => [name, n])).toEqual([
      ['nginx', 7140 + 240],
      ['redis', 300],
    ]);
    expect(calls.map(({ call, count: n }) => [call, n])).toEqual([
      ['read', 7140 + 300],
      ['write', 240],
    ]);
    const rate = processes[1]?.callRate ?? new Float64Array(0);
    expect((sum(rate) * bins.stepMs) / 1000).toBeCloseTo(300, 6);
  });

  test('is the same however its ticks are cut into blocks', () => {
    const ticks = Array.from({ length: 50 }, (_, i) =>
      tickAt(i, [processSample('a', { read: i })]),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 49 }), (cut) => {
        const digest = new RecordingDigest({ from: START, to: START + 50_000 });
        for (const part of [ticks.slice(0, cut), ticks.slice(cut)]) {
          for (const block of blocksOf(part)) digest.push(block);
        }
        expect(digest.view()).toEqual(digestOf(ticks));
      }),
    );
  });

  test('spreads a tick that is longer than a bin over the bins that it measured', () => {
    const minute = (i: number): Tick => ({
      ...tickAt(i, [processSample('a', { read: 600 })]),
      ts: START + 10_000 + (i + 1) * 60_000,
      intervalNs: 60e9,
    });
    const short = Array.from({ length: 10 }, (_, i) =>
      tickAt(i, [processSample('a', { read: 10 })]),
    );
    const { processes } = digestOf(
      [...short, minute(10 - 10), minute(1)].map((t, seq) => ({ ...t, seq })),
    );
    const rate = processes[0]?.callRate ?? new Float64Array(0);
    expect(rate.every((value) => Number.isNaN(value) || Math.abs(value - 10) < 0.51)).toBe(true);
    expect(processes[0]?.calls).toBe(1300);
  });

  test('leaves bins without ticks empty instead of zero', () => {
    const early = Array.from({ length: 20 }, (_, i) =>
      tickAt(i, [processSample('a', { read: 1 })]),
    );
    const late = Array.from({ length: 20 }, (_, i) =>
      tickAt(i + 100, [processSample('a', { read: 1 })]),
    );
    const { processes, bins } = digestOf([...early, ...late]);
    const rate = processes[0]?.callRate ?? new Float64Array(0);
    expect(rate[bins.at(START + 60_000)]).toBeNaN();
    expect(rate[bins.at(START + 5_000)]).toBe(1);
  });

  test('counts what is beyond its bounds together, and says how much', () => {
    const samples = Array.from({ length: 600 }, (_, i) => processSample(`p${i}`, { read: 1 }));
    const view = digestOf([tickAt(0, samples), tickAt(1, samples)]);
    expect(view.processes.length).toBeLessThanOrEqual(512);
    expect(sum(view.processes.map(({ calls }) => calls))).toBe(1_200);
    expect(view.processes[0]).toMatchObject({ name: 'other', calls: 2 * (600 - 511) });
    expect(view.leftOut).toEqual({ 'process sources': 600 - 511 });
  });

  test('holds devices, distributions, gauges, loss, markers and what no backend saw', () => {
    const device: SourceSample = {
      kind: 'device',
      name: 'sda',
      values: new Map([['iops.read', 3]]),
      histograms: new Map([['latency', { scheme: 'quantize', counts: new Map([[70, 4]]) }]]),
    };
    const plant: SourceSample = { kind: 'custom', name: 'plant', values: new Map([['heat', 21]]) };
    const marker = { ts: START, kind: 'oom-kill', text: 'killed' } as const;
    const more = { lost: { 'map full': 2 }, markers: [marker], blind: ['disk', 'net'] };
    const view = digestOf([tickAt(0, [device, plant], more), tickAt(1, [device, plant], more)]);
    expect(view.devices[0]).toMatchObject({ name: 'sda', readOps: 6 });
    expect(view.distributions[0]).toMatchObject({ name: 'sda latency', unit: 'ns', total: 8 });
    expect(view.custom[0]).toMatchObject({ source: 'plant', metric: 'heat' });
    expect(view.custom[0]?.values.filter((value) => value === 21).length).toBeGreaterThan(0);
    expect(view.lost).toEqual([['map full', 4]]);
    expect(view.markers).toHaveLength(2);
    expect(view.blind).toEqual(['disk', 'net']);
  });
});
