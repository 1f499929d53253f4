import type { DeviceView } from '../../digest/recording-view.js';
import { bytesText, shareText } from '../../quantity.js';
import { type PageColumn, pageTable } from '../html-table.js';
import { htmlText } from '../html-text.js';
import type { PageLook } from '../page-look.js';
import { eventsBehind } from '../plot/events.js';
import { linePlot } from '../plot/line-plot.js';
import { axisText } from '../plot/number-axis.js';
import type { PlotFrame } from '../plot/plot-frame.js';
import type { PageSection, ReportView } from '../report-view.js';

const PLOTS = 3;

/** Operations per second of the busiest devices. */
export function devicesSection(view: ReportView, look: PageLook): PageSection | null {
  const { recording } = view;
  const busy = (recording?.devices ?? []).filter(({ readOps, writeOps }) => readOps + writeOps > 0);
  if (!recording || busy.length === 0) return null;
  const ops = busy.reduce((sum, { readOps, writeOps }) => sum + readOps + writeOps, 0);
  const plots = busy.slice(0, PLOTS).map(({ name, reads, writes }) => {
    const frame: PlotFrame = {
      bins: recording.bins,
      look,
      height: 120,
      label: `Operations per second of ${name}`,
    };
    const series = [
      { name: 'reads', values: reads },
      { name: 'writes', values: writes },
    ];
    const behind = eventsBehind(frame, view.known, recording.markers);
    return `<h3>${htmlText(name)}</h3>${linePlot(frame, series, (n) => `${axisText(n)}/s`, behind)}`;
  });
  const columns: readonly PageColumn<DeviceView>[] = [
    { title: 'Device', html: ({ name }) => htmlText(name) },
    { title: 'Reads', numeric: true, html: ({ readOps }) => htmlText(axisText(readOps)) },
    { title: 'Writes', numeric: true, html: ({ writeOps }) => htmlText(axisText(writeOps)) },
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
    {
      title: 'Share of operations',
      numeric: true,
      html: ({ readOps, writeOps }) => htmlText(shareText((readOps + writeOps) / ops)),
    },
  ];
  return {
    id: 'iops',
    title: 'IOPS',
    heading: 'IOPS of devices',
    html: [...plots, pageTable('Devices', columns, busy, 30)].join('\n'),
  };
}
