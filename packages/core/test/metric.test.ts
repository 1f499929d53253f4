import { isGauge, listMetrics, metricInfo, SOURCE_KINDS, syscallMetric } from '@ethogram/core';
import { describe, expect, it } from 'vitest';

describe('the metric registry', () => {
  it('names every metric once, over all kinds of sources', () => {
    const names = listMetrics().map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('finds by name exactly what it lists', () => {
    for (const [name, info] of listMetrics()) expect(metricInfo(name)).toEqual(info);
  });

  it('tells gauges from all others as it tells them by name', () => {
    const names = [...listMetrics().map(([name]) => name), 'syscall.openat.calls', 'mine', ''];
    for (const name of names) expect(isGauge(name)).toBe(metricInfo(name)?.type === 'gauge');
  });

  it('says a unit that the name does not contradict', () => {
    for (const [name, info] of listMetrics()) {
      expect(SOURCE_KINDS).toContain(info.kind);
      if (/\b(bytes|rss|size)\b/.test(name)) expect(info.unit).toBe('bytes');
      if (/\bns\b/.test(name)) expect(info.unit).toBe('ns');
      if (/\b(utilisation|pressure)\b/.test(name)) expect(info.unit).toBe('ppm');
      if (/\b(ops|calls|errors|switches)\b/.test(name)) {
        expect(info).toMatchObject({ unit: 'count', type: 'counter' });
      }
    }
  });

  it('knows every system call by pattern', () => {
    for (const what of ['calls', 'errors', 'again', 'restarts']) {
      expect(metricInfo(`syscall.openat.${what}`)).toMatchObject({
        kind: 'process',
        unit: 'count',
        type: 'counter',
      });
    }
    expect(metricInfo('syscall.openat.latency')).toMatchObject({ unit: 'ns', type: 'histogram' });
    expect(syscallMetric('syscall.pread64.calls')).toEqual({ call: 'pread64', what: 'calls' });
  });

  it('does not know what it does not list, nor what every object has', () => {
    for (const name of ['', 'syscall.openat', 'syscall.openat.speed', 'toString', '__proto__']) {
      expect(metricInfo(name)).toBeUndefined();
      expect(syscallMetric(name)).toBeUndefined();
    }
    expect(syscallMetric('syscall.calls')).toBeUndefined();
  });
});
