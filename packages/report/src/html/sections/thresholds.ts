import { numberText } from '../../quantity.js';
import { htmlParagraph, htmlText } from '../html-text.js';
import type { PageSection, ReportView } from '../report-view.js';

/** From which score on the model alarms, and what held-out time says of it. */
export function thresholdsSection({ model }: ReportView): PageSection | null {
  if (!model) return null;
  const { warn, critical, falseAlarmsPerDay, heldOut, statement } = model.thresholds;
  const tiles: readonly (readonly [string, string])[] = [
    ['warn from score', numberText(warn)],
    ['critical from score', numberText(critical)],
    ['false alarms accepted per day', numberText(falseAlarmsPerDay)],
    ['held-out time', heldOut ? `${numberText(heldOut.hours)} h` : 'none'],
    ['incidents in it', heldOut ? String(heldOut.incidents) : '–'],
    ['at most per day (95 %)', heldOut ? numberText(heldOut.upperPerDay) : '–'],
  ];
  const items = tiles.map(
    ([name, value]) => `<div><dt>${htmlText(name)}</dt><dd>${htmlText(value)}</dd></div>`,
  );
  return {
    id: 'thresholds',
    title: 'Thresholds',
    html: `${htmlParagraph(statement, 'lead')}\n<dl class="tiles">${items.join('')}</dl>`,
  };
}
