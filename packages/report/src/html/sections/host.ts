import { metricInfo } from '@ethogram/core';
import type { SeriesView } from '../../digest/recording-view.js';
import { countText } from '../../quantity.js';
import { htmlParagraph, htmlText } from '../html-text.js';
import type { PageLook } from '../page-look.js';
import { linePlot } from '../plot/line-plot.js';
import { unitText } from '../plot/number-axis.js';
import type { PageSection, ReportView } from '../report-view.js';

const MOST_PLOTS = 24;
/** Two stand side by side. */
const WIDTH = 490;

/** How used, saturated and faulty the host was. */
export function hostSection({ recording }: ReportView, look: PageLook): PageSection | null {
  if (!recording || recording.host.length === 0) return null;
  return { id: 'host', title: 'Host', html: plots(recording.host, recording.bins, look) };
}

/** Metrics that a recipe or an imported file named. */
export function customSection({ recording }: ReportView, look: PageLook): PageSection | null {
  if (!recording || recording.custom.length === 0) return null;
  return {
    id: 'custom',
    title: 'Custom',
    heading: 'Custom metrics',
    html: plots(recording.custom, recording.bins, look),
  };
}

type Bins = NonNullable<ReportView['recording']>['bins'];

/** A small plot each, the livelier first. */
function plots(series: readonly SeriesView[], bins: Bins, look: PageLook): string {
  const moving = series.filter(({ values }) =>
    values.some((value) => value !== 0 && !Number.isNaN(value)),
  );
  const still = series.length - moving.length;
  const left = moving.length - MOST_PLOTS;
  const figures = moving.slice(0, MOST_PLOTS).map(({ source, metric, unit, values }) => {
    const name = source === '' ? metric : `${source} ${metric}`;
    const what = metricInfo(metric)?.description;
    const label = what === undefined || source !== '' ? name : `${name}: ${what}`;
    const frame = { bins, look, height: 64, width: WIDTH, label };
    return `<div><h3><code>${htmlText(name)}</code>${what === undefined || source !== '' ? '' : ` <span class="faint">${htmlText(what)}</span>`}</h3>${linePlot(frame, [{ name: metric, values }], unitText(unit.replace('count', '')))}</div>`;
  });
  return [
    `<div class="pairs">${figures.join('\n')}</div>`,
    ...(left > 0 ? [htmlParagraph(`and ${left} more metrics`, 'faint')] : []),
    ...(still > 0
      ? [htmlParagraph(`Zero all the time: ${countText(still, 'metric')}.`, 'faint')]
      : []),
  ].join('\n');
}
