import { parseSourceKey } from '@ethogram/core';
import type { AnomalyRecord, IncidentRecord } from '@ethogram/score';
import { scoreText, valueText } from '../../anomaly-view.js';
import { durationText, numberText, shareText, shortTime } from '../../quantity.js';
import { type PageColumn, pageTable } from '../html-table.js';
import { htmlParagraph, htmlText } from '../html-text.js';
import { rangeMark } from '../plot/small-marks.js';
import type { PageSection, ReportView } from '../report-view.js';

const REASONS = 4;
const SUSPECTS = 3;
const MOST_ROWS = 100;

const INCIDENTS: readonly PageColumn<IncidentRecord>[] = [
  { title: 'Began', html: ({ start }) => timeCell(start) },
  { title: 'Severity', html: ({ severity }) => badge(severity) },
  {
    title: 'Lasted',
    numeric: true,
    html: ({ start, end, state }) => {
      const length = durationText(Math.max(0, Date.parse(end) - Date.parse(start)));
      return htmlText(state === 'open' ? `${length}, still open` : length);
    },
  },
  {
    title: 'Most suspect',
    html: ({ suspects }) =>
      listCell(
        suspects
          .slice(0, SUSPECTS)
          .map(
            ({ source, score, kinds }) =>
              `<strong>${htmlText(parseSourceKey(source)?.name ?? source)}</strong> ${htmlText(`${numberText(score)}, by ${kinds.join(', ')}`)}`,
          ),
      ),
  },
];

const ANOMALIES: readonly PageColumn<AnomalyRecord>[] = [
  { title: 'When', html: ({ ts }) => timeCell(ts) },
  { title: 'Severity', html: ({ severity }) => badge(severity) },
  { title: 'Source', html: ({ source }) => `<strong>${htmlText(source.name)}</strong>` },
  { title: 'Score', numeric: true, html: (row) => htmlText(scoreText(row)) },
  { title: 'Seen by', html: ({ kinds }) => htmlText(kinds.join(', ')) },
  { title: 'Because', html: ({ reasons }) => reasonsCell(reasons) },
];

/** Incidents with their suspects, and every anomaly with its reasons. */
export function anomaliesSection({ scores }: ReportView): PageSection | null {
  if (!scores) return null;
  const { anomalies, anomaliesLeftOut, incidents } = scores;
  const left =
    anomaliesLeftOut > 0 ? [htmlParagraph(`and ${anomaliesLeftOut} more anomalies`, 'faint')] : [];
  const body =
    anomalies.length === 0
      ? [htmlParagraph('None: every source stayed within what was learned.', 'lead')]
      : [
          htmlParagraph(
            'Each factor with its value now, and the range that training showed as a bar.',
            'lead',
          ),
          pageTable('Incidents: anomalies that belong together', INCIDENTS, incidents, MOST_ROWS),
          pageTable('Anomalies and their reasons', ANOMALIES, anomalies, MOST_ROWS),
          ...left,
        ];
  return { id: 'anomalies', title: 'Anomalies', html: body.join('\n') };
}

function reasonsCell(reasons: AnomalyRecord['reasons']): string {
  if (reasons.length === 0) return htmlText('no single factor');
  const items = reasons.slice(0, REASONS).map((reason) => {
    const { metric, actual, expected, firstSeen, contribution } = reason;
    const mark = firstSeen ? '' : rangeMark(actual, expected);
    return `${mark}<code>${htmlText(metric)}</code> ${htmlText(valueText(reason))} <span class="faint">${htmlText(shareText(contribution))}</span>`;
  });
  const more = reasons.length - REASONS;
  return listCell(more > 0 ? [...items, htmlText(`and ${more} more`)] : items);
}

function listCell(items: readonly string[]): string {
  return `<ul class="cell">${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

function timeCell(ts: string): string {
  return `<time datetime="${htmlText(ts)}">${htmlText(shortTime(Date.parse(ts)))}</time>`;
}

function badge(severity: 'warning' | 'critical'): string {
  return `<span class="badge ${severity}">${severity}</span>`;
}
