import type { ProcessView } from '../../digest/recording-view.js';
import { bytesText, numberText } from '../../quantity.js';
import { type PageColumn, pageTable } from '../html-table.js';
import { htmlText } from '../html-text.js';
import { axisText, nsText } from '../plot/number-axis.js';
import { sparkline } from '../plot/small-marks.js';
import type { PageSection, ReportView } from '../report-view.js';

const ROWS = 40;

/** The busiest sources: what each did, with its course in small. */
export function sourcesSection({ recording, scores }: ReportView): PageSection | null {
  if (!recording || recording.processes.length === 0) return null;
  const worst = new Map(scores?.sources.map(({ source, worst }) => [source, worst]));
  const hasCalls = recording.processes.some(({ calls }) => calls > 0);
  const columns: readonly PageColumn<ProcessView>[] = [
    { title: 'Source', html: ({ name }) => htmlText(name) },
    {
      title: hasCalls ? 'Calls over time' : 'CPU over time',
      html: ({ name, callRate, cpuShare }) =>
        sparkline(
          hasCalls ? callRate : cpuShare,
          `${hasCalls ? 'calls' : 'CPU time'} of ${name} over time`,
        ),
    },
    { title: 'Calls', numeric: true, html: ({ calls }) => htmlText(axisText(calls)) },
    { title: 'CPU', numeric: true, html: ({ cpuNs }) => htmlText(nsText(cpuNs)) },
    {
      title: 'Read',
      numeric: true,
      html: ({ readBytes }) => htmlText(bytesText(Math.round(readBytes))),
    },
    {
      title: 'Written',
      numeric: true,
      html: ({ writeBytes }) => htmlText(bytesText(Math.round(writeBytes))),
    },
    ...(scores
      ? [
          {
            title: 'Worst score',
            numeric: true,
            html: ({ name }: ProcessView) =>
              htmlText(numberText(worst.get(`process:${name}`) ?? 0)),
          },
        ]
      : []),
  ];
  return {
    id: 'sources',
    title: 'Top sources',
    html: pageTable('The busiest processes', columns, recording.processes, ROWS),
  };
}
