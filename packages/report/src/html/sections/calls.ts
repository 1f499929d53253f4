import type { CallView, ProcessView } from '../../digest/recording-view.js';
import { numberText } from '../../quantity.js';
import { type PageColumn, pageTable } from '../html-table.js';
import { htmlDetails, htmlParagraph, htmlText } from '../html-text.js';
import type { PageLook } from '../page-look.js';
import { areaPlot } from '../plot/area-plot.js';
import { eventsBehind } from '../plot/events.js';
import { axisText, tableShare } from '../plot/number-axis.js';
import type { PlotFrame } from '../plot/plot-frame.js';
import type { NamedSeries } from '../plot/series.js';
import { shareBar } from '../plot/small-marks.js';
import type { PageSection, ReportView } from '../report-view.js';

/** Processes with a colour of their own; the rest is one band. */
const COLOURED = 7;
const ROWS = 15;
const CALL_ROWS = 60;

/** System calls by process: over time and by share; CPU time beside them. */
export function callsSection(view: ReportView, look: PageLook): PageSection | null {
  const { recording } = view;
  if (!recording || recording.processes.length === 0) return null;
  const { processes, calls } = recording;
  const total = processes.reduce((sum, process) => sum + process.calls, 0);
  const plot = (label: string, of: (process: ProcessView) => Float64Array, unit: string) => {
    const frame: PlotFrame = { bins: recording.bins, look, height: 210, label };
    const behind = eventsBehind(frame, view.known, recording.markers);
    return areaPlot(frame, stacked(processes, of), (n) => `${axisText(n)}${unit}`, behind);
  };
  const byCpu = processes.toSorted((a, b) => b.cpuNs - a.cpuNs);
  const hasCpu = byCpu.some(({ cpuNs }) => cpuNs > 0);
  const cpuFrame: PlotFrame = {
    bins: recording.bins,
    look,
    height: 150,
    label: 'CPU time by process, in processors',
  };
  return {
    id: 'calls',
    title: 'System calls',
    heading: 'System calls by process',
    html: [
      ...(total > 0
        ? [
            plot('System calls per second by process', ({ callRate }) => callRate, '/s'),
            shareTable(processes, total),
            htmlDetails('Which system calls', callTable(calls)),
          ]
        : [
            htmlParagraph(
              'This recording holds no system calls by name: its backend cannot see them.',
              'lead',
            ),
          ]),
      ...(hasCpu
        ? [
            '<h3>CPU time by process</h3>',
            areaPlot(
              cpuFrame,
              stacked(byCpu, ({ cpuShare }) => cpuShare),
              numberText,
            ),
          ]
        : []),
    ].join('\n'),
  };
}

/** The first processes, and all others as one band. */
function stacked(
  processes: readonly ProcessView[],
  of: (process: ProcessView) => Float64Array,
): readonly NamedSeries[] {
  const named = processes
    .slice(0, COLOURED)
    .map((process) => ({ name: process.name, values: of(process) }));
  const [first, ...others] = processes.slice(COLOURED);
  if (!first) return named;
  const rest = of(first).slice();
  for (const other of others) {
    const values = of(other);
    for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] as number) + (values[i] as number);
  }
  return [...named, { name: `${others.length + 1} others`, values: rest }];
}

function shareTable(processes: readonly ProcessView[], total: number): string {
  const columns: readonly PageColumn<ProcessView>[] = [
    { title: 'Process', html: ({ name }) => htmlText(name) },
    {
      title: 'Share of all calls',
      html: ({ calls }) => shareBar(calls / total, tableShare(calls / total)),
    },
    {
      title: 'Calls',
      numeric: true,
      html: ({ calls }) => htmlText(Math.round(calls).toLocaleString('en-US')),
    },
    {
      title: 'Failed',
      numeric: true,
      html: ({ calls, errors }) => htmlText(calls > 0 ? tableShare(errors / calls) : '–'),
    },
    {
      title: 'Mostly',
      html: ({ commonest, calls }) =>
        commonest
          .slice(0, 4)
          .map(([call, n]) => `<code>${htmlText(call)}</code> ${htmlText(tableShare(n / calls))}`)
          .join(', '),
    },
  ];
  const busy = processes.filter(({ calls }) => calls > 0);
  return pageTable('System calls by process, share of all', columns, busy, ROWS);
}

function callTable(calls: readonly CallView[]): string {
  const total = calls.reduce((sum, { count }) => sum + count, 0) || 1;
  const columns: readonly PageColumn<CallView>[] = [
    { title: 'System call', html: ({ call }) => `<code>${htmlText(call)}</code>` },
    { title: 'Share', html: ({ count }) => shareBar(count / total, tableShare(count / total)) },
    {
      title: 'Calls',
      numeric: true,
      html: ({ count }) => htmlText(Math.round(count).toLocaleString('en-US')),
    },
    {
      title: 'Failed',
      numeric: true,
      html: ({ count, errors }) => htmlText(count > 0 ? tableShare(errors / count) : '–'),
    },
  ];
  return pageTable('System calls of all processes', columns, calls, CALL_ROWS);
}
