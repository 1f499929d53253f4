import { countText } from '../../quantity.js';
import { type PageColumn, pageTable } from '../html-table.js';
import { htmlParagraph, htmlText } from '../html-text.js';
import type { PageLook } from '../page-look.js';
import { linePlot } from '../plot/line-plot.js';
import { axisText } from '../plot/number-axis.js';
import type { PageSection, ReportView } from '../report-view.js';

const COLUMNS: readonly PageColumn<readonly [string, number]>[] = [
  { title: 'Cause', html: ([cause]) => `<code>${htmlText(cause)}</code>` },
  { title: 'Lost', numeric: true, html: ([, count]) => htmlText(count.toLocaleString('en-US')) },
];

/** What was lost while measuring, and what the page itself left out. */
export function lossSection({ recording, scores }: ReportView, look: PageLook): PageSection | null {
  if (!recording) return null;
  const { lost, lostPerBin, bins, leftOut } = recording;
  const frame = { bins, look, height: 64, label: 'Lost over time' };
  const left = Object.entries(leftOut).map(
    ([what, count]) => `${count} ${what} are not shown one by one: a page holds only so many.`,
  );
  return {
    id: 'loss',
    title: 'Loss',
    html: [
      ...(lost.length === 0
        ? [htmlParagraph('Nothing was lost while measuring.', 'lead')]
        : [
            linePlot(frame, [{ name: 'lost', values: lostPerBin }], axisText),
            pageTable('Lost by cause', COLUMNS, lost),
          ]),
      ...(scores && scores.incompleteTicks > 0
        ? [
            htmlParagraph(
              `${countText(scores.incompleteTicks, 'scored tick')} incomplete: quiet proves nothing there.`,
            ),
          ]
        : []),
      ...left.map((text) => htmlParagraph(text, 'faint')),
    ].join('\n'),
  };
}
