import type { GraphPart, InferredEdge, ObservedEdge } from '@ethogram/model';
import { bytesText, numberText } from '../../quantity.js';
import { type PageColumn, pageTable } from '../html-table.js';
import { htmlDetails, htmlParagraph, htmlText } from '../html-text.js';
import { figure } from '../plot/plot-frame.js';
import type { PageSection, ReportView } from '../report-view.js';

const ROWS = 100;

/** Who depends on whom: the picture, and its edges as tables. */
export function graphSection({ model, graphSvg, partGraphs }: ReportView): PageSection | null {
  if (!model?.graph || graphSvg === null) return null;
  const { graph } = model;
  const seen = graph.observed
    .filter(({ kind }) => kind !== 'fork')
    .toSorted((a, b) => b.events - a.events);
  const inferred = graph.inferred
    .filter(({ accepted }) => accepted)
    .toSorted((a, b) => b.strength - a.strength);
  const tables = [
    pageTable('Dependencies seen in the kernel', observedColumns(graph), seen, ROWS),
    pageTable('Dependencies inferred from activity', inferredColumns(graph), inferred, ROWS),
  ];
  return {
    id: 'graph',
    title: 'Dependencies',
    heading: 'Who depends on whom',
    html: [
      htmlParagraph(
        'Solid lines were observed, dashed ones move together once all others are accounted for, which is no proof. The pointer on a node or line says more.',
        'lead',
      ),
      picture('Dependency graph', graphSvg),
      htmlDetails('The same as tables', tables.join('\n')),
      ...partGraphs.map(
        ({ title, svg }) =>
          `<h3>${htmlText(title)}</h3>${picture(`Dependency graph: ${title}`, svg)}`,
      ),
    ].join('\n'),
  };
}

function picture(label: string, svg: string): string {
  return `<div class="graph">${figure(label, svg.replace(/^<\?xml[^>]*\?>\s*/, ''))}</div>`;
}

function observedColumns(graph: GraphPart): readonly PageColumn<ObservedEdge>[] {
  return [
    { title: 'From', html: ({ from }) => nameOf(graph, from) },
    { title: 'To', html: ({ to }) => nameOf(graph, to) },
    { title: 'By', html: ({ kind }) => htmlText(kind) },
    { title: 'Transfers', numeric: true, html: ({ events }) => htmlText(numberText(events)) },
    { title: 'Bytes', numeric: true, html: ({ bytes }) => htmlText(bytesText(Math.round(bytes))) },
  ];
}

function inferredColumns(graph: GraphPart): readonly PageColumn<InferredEdge>[] {
  return [
    { title: 'One', html: ({ a }) => nameOf(graph, a) },
    { title: 'Other', html: ({ b }) => nameOf(graph, b) },
    { title: 'Strength', numeric: true, html: ({ strength }) => htmlText(numberText(strength)) },
    { title: 'Partial correlation', numeric: true, html: ({ rho }) => htmlText(numberText(rho)) },
    { title: 'False discovery rate', numeric: true, html: ({ q }) => htmlText(numberText(q)) },
    { title: 'May be no dependence', html: ({ hint }) => htmlText(hint ?? '') },
  ];
}

function nameOf(graph: GraphPart, index: number): string {
  return htmlText(graph.nodes[index]?.name ?? '?');
}
