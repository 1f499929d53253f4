import { listMetrics, type MetricInfo, SOURCE_KINDS } from '@ethogram/core';
import { expect, test } from 'vitest';

const UNITS: Readonly<Record<MetricInfo['unit'], string>> = {
  count: 'count',
  ns: 'nanoseconds',
  bytes: 'bytes',
  ppm: 'parts per million',
  none: '',
};

const TYPES: Readonly<Record<MetricInfo['type'], string>> = {
  counter: 'counter: what was added in the interval; not there means 0',
  gauge: 'gauge: the value at the end of the interval',
  histogram: 'histogram: how the values of the interval are distributed',
};

/** docs/metrics.md as the registry says it should be. */
function metricReference(): string {
  const lines = [
    '# Metrics',
    '',
    '<!-- Written from the registry in packages/core/src/metric.ts by',
    '     `npx vitest run --project unit packages/core/test/metric-docs.test.ts -u`; do not edit. -->',
    '',
    'Every value is an integer by choice of unit, so that sums are exact in any order. A metric that is not listed here belongs to a custom source: a gauge without a unit, whose zeros are values.',
    '',
    ...Object.values(TYPES).map((text) => `- ${text}`),
    '',
    'Beside these, each system call has `syscall.<name>.calls`, `.errors` (failures but for the two that follow), `.again` (EAGAIN), `.restarts` (the kernel restarts the call: −512 … −516) and, where asked for, `.latency` (histogram, nanoseconds). The totals `syscall.calls` and `syscall.errors` are derived from these.',
    '',
  ];
  for (const kind of SOURCE_KINDS) {
    const metrics = listMetrics().filter(([, info]) => info.kind === kind);
    if (metrics.length === 0) continue;
    lines.push(`## ${kind}`, '', '| metric | type | unit | what |', '|---|---|---|---|');
    for (const [name, { type, unit, description }] of metrics) {
      lines.push(`| \`${name}\` | ${type} | ${UNITS[unit]} | ${description} |`);
    }
    lines.push('');
  }
  return lines.join('\n');
}

test('docs/metrics.md says what the registry says', async () => {
  await expect(metricReference()).toMatchFileSnapshot('../../../docs/metrics.md');
});
