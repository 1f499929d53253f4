import { parseSourceKey } from '@ethogram/core';
import { modeText, transitionText } from '../../mode-text.js';
import { shareText } from '../../quantity.js';
import { type PageColumn, pageTable } from '../html-table.js';
import { htmlParagraph, htmlText } from '../html-text.js';
import { type PageLook, SERIES_COLOURS, seriesColour } from '../page-look.js';
import { type StripClass, stripPlot } from '../plot/strip-plot.js';
import type { PageSection, ReportView, SourceModes } from '../report-view.js';

const COLOURED = SERIES_COLOURS.length - 1;

const CLASSES: readonly StripClass[] = SERIES_COLOURS.map((_, mode) => ({
  css: 'mode',
  fill: seriesColour(mode),
  name: mode === 0 ? 'commonest mode' : mode < COLOURED ? `mode ${mode + 1}` : 'rarer modes',
}));

interface Row {
  readonly source: SourceModes;
  readonly mode: number;
}

const COLUMNS: readonly PageColumn<Row>[] = [
  { title: 'Source', html: ({ source }) => htmlText(nameOf(source)) },
  { title: 'Mode', numeric: true, html: ({ mode }) => String(mode + 1) },
  {
    title: 'Of training',
    numeric: true,
    html: ({ source, mode }) => htmlText(shareText(source.modes.share[mode] ?? 0)),
  },
  { title: 'Marked by', html: ({ source, mode }) => htmlText(modeText(source.modes, mode)) },
  {
    title: 'Followed by',
    html: ({ source, mode }) => htmlText(transitionText(source.modes, mode)),
  },
];

/** Which of its learned modes each source was in, over time, and what the modes are. */
export function modesSection({ modes, recording }: ReportView, look: PageLook): PageSection | null {
  if (!recording || modes.length === 0) return null;
  const strips = modes.map((source) => ({
    name: `${nameOf(source)} (${source.modes.share.length})`,
    classes: Array.from(source.at, (mode) => Math.min(mode, COLOURED)),
  }));
  const rows = modes.flatMap((source) =>
    source.modes.share.map((_, mode): Row => ({ source, mode })),
  );
  return {
    id: 'modes',
    title: 'Modes',
    heading: 'Modes over time',
    html: [
      htmlParagraph(
        'Training found states in which each source stays for a while, its modes (their number in brackets). The colour says which one the last rows were nearest to; colours of different sources do not compare.',
        'lead',
      ),
      stripPlot(
        { bins: recording.bins, look, label: 'Modes of sources over time' },
        strips,
        CLASSES,
      ),
      pageTable('What the modes are', COLUMNS, rows, 60),
    ].join('\n'),
  };
}

function nameOf({ source }: SourceModes): string {
  return parseSourceKey(source)?.name ?? source;
}
