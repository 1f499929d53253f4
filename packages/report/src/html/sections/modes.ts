import { parseSourceKey } from '@ethogram/core';
import { htmlParagraph } from '../html-text.js';
import { type PageLook, SERIES_COLOURS, seriesColour } from '../page-look.js';
import { type StripClass, stripPlot } from '../plot/strip-plot.js';
import type { PageSection, ReportView } from '../report-view.js';

const COLOURED = SERIES_COLOURS.length - 1;

const CLASSES: readonly StripClass[] = SERIES_COLOURS.map((_, rank) => ({
  css: 'mode',
  fill: seriesColour(rank),
  name: rank === 0 ? 'commonest mode' : rank < COLOURED ? `mode ${rank + 1}` : 'rarer modes',
}));

/** Which of its learned modes each source was in, over time. */
export function modesSection({ modes, recording }: ReportView, look: PageLook): PageSection | null {
  if (!recording || modes.length === 0) return null;
  const strips = modes.map(({ source, modes: count, ranks }) => ({
    name: `${parseSourceKey(source)?.name ?? source} (${count})`,
    classes: Array.from(ranks, (rank) => Math.min(rank, COLOURED)),
  }));
  return {
    id: 'modes',
    title: 'Modes',
    heading: 'Modes over time',
    html: [
      htmlParagraph(
        'Training found typical courses of each source, its modes (their number in brackets). The colour says to which one the last rows were nearest; colours of different sources do not compare.',
        'lead',
      ),
      stripPlot(
        { bins: recording.bins, look, label: 'Modes of sources over time' },
        strips,
        CLASSES,
      ),
    ].join('\n'),
  };
}
