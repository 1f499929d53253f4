import { countText } from '../../quantity.js';
import { htmlParagraph, htmlText } from '../html-text.js';
import type { PageLook } from '../page-look.js';
import { heatMap } from '../plot/heat-map.js';
import type { PageSection, ReportView } from '../report-view.js';

const MOST_MAPS = 8;

/** Sizes and latencies over time, as they were counted into buckets. */
export function distributionsSection(
  { recording }: ReportView,
  look: PageLook,
): PageSection | null {
  const found = (recording?.distributions ?? []).filter(({ total }) => total > 0);
  if (!recording || found.length === 0) return null;
  const maps = found.slice(0, MOST_MAPS).map((view) => {
    const what = { bytes: 'sizes', ns: 'latencies', none: 'values' }[view.unit];
    const label = `${view.name}: ${what} over time`;
    const count = countText(Math.round(view.total), 'value');
    return `<h3><code>${htmlText(view.name)}</code> <span class="faint">${htmlText(`${count}, ${view.scheme}`)}</span></h3>${heatMap({ bins: recording.bins, look, label }, view)}`;
  });
  const left = found.length - MOST_MAPS;
  return {
    id: 'distributions',
    title: 'Sizes and latencies',
    html: [
      htmlParagraph(
        'One row a bucket, the smallest values at the bottom; darker where more values fell, by the logarithm of their number.',
        'lead',
      ),
      ...maps,
      ...(left > 0 ? [htmlParagraph(`and ${countText(left, 'more distribution')}`, 'faint')] : []),
    ].join('\n'),
  };
}
