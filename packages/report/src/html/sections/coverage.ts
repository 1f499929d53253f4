import type { Model } from '@ethogram/model';
import { numberText, shortTime } from '../../quantity.js';
import { coverageText } from '../../training-summary.js';
import { type PageColumn, pageTable } from '../html-table.js';
import { htmlList, htmlParagraph, htmlText } from '../html-text.js';
import type { PageSection, ReportView } from '../report-view.js';

type Strange = Model['coverage']['strangest'][number];

const STRANGEST: readonly PageColumn<Strange>[] = [
  { title: 'When', html: ({ ts }) => htmlText(shortTime(ts)) },
  { title: 'Source', html: ({ source }) => htmlText(source) },
  { title: 'Score', numeric: true, html: ({ score }) => htmlText(numberText(score)) },
];

/** How much of normal the model has seen, and what it cannot see. */
export function coverageSection({ model, recording }: ReportView): PageSection | null {
  if (!model && !recording) return null;
  const blind = [...new Set([...(model?.steps.select.blind ?? []), ...(recording?.blind ?? [])])];
  const without = (model?.sources ?? []).filter(
    ({ self, withoutRates }) => !self && withoutRates !== null,
  );
  const columns: readonly PageColumn<(typeof without)[number]>[] = [
    { title: 'Source', html: ({ kind, name }) => htmlText(`${kind}:${name}`) },
    { title: 'Why', html: ({ withoutRates }) => htmlText(withoutRates ?? '') },
  ];
  const failures: readonly PageColumn<Model['failures'][number]>[] = [
    { title: 'Source', html: ({ source }) => htmlText(source) },
    { title: 'Why', html: ({ reason }) => htmlText(reason) },
  ];
  return {
    id: 'coverage',
    title: 'Coverage',
    heading: 'Coverage and blind spots',
    html: [
      ...(model ? [htmlParagraph(`${coverageText(model)}.`, 'lead')] : []),
      ...(model && model.missing.length > 0
        ? ['<h3>What more data would allow</h3>', htmlList(model.missing)]
        : []),
      '<h3>What the backend cannot see</h3>',
      blind.length > 0 ? htmlList(blind) : htmlParagraph('Nothing that it should.'),
      ...(without.length > 0
        ? [pageTable('Sources judged without rates', columns, without, 40)]
        : []),
      ...(model && model.failures.length > 0
        ? [pageTable('Sources that could not be learned', failures, model.failures, 40)]
        : []),
      ...(model && model.coverage.strangest.length > 0
        ? [pageTable('The strangest times of training', STRANGEST, model.coverage.strangest, 10)]
        : []),
    ].join('\n'),
  };
}
