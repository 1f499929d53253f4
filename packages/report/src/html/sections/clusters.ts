import type { GraphNode } from '@ethogram/model';
import { countText, numberText } from '../../quantity.js';
import { type PageColumn, pageTable } from '../html-table.js';
import { htmlParagraph, htmlText } from '../html-text.js';
import type { PageSection, ReportView } from '../report-view.js';

interface Cluster {
  readonly number: number;
  readonly nodes: readonly GraphNode[];
}

const NAMES = 12;

const COLUMNS: readonly PageColumn<Cluster>[] = [
  { title: 'Behaviour', html: ({ number }) => htmlText(String(number + 1)) },
  { title: 'Sources', numeric: true, html: ({ nodes }) => String(nodes.length) },
  {
    title: 'Who',
    html: ({ nodes }) => {
      const names = nodes.slice(0, NAMES).map(({ name }) => htmlText(name));
      return [...names, ...(nodes.length > NAMES ? ['…'] : [])].join(', ');
    },
  },
  {
    title: 'Activity per second',
    numeric: true,
    html: ({ nodes }) => htmlText(numberText(nodes.reduce((sum, node) => sum + node.activity, 0))),
  },
];

/** Which sources behave alike. */
export function clustersSection({ model }: ReportView): PageSection | null {
  if (!model?.graph) return null;
  const clusters = new Map<number, GraphNode[]>();
  for (const node of model.graph.nodes) {
    if (node.cluster === null) continue;
    clusters.set(node.cluster, [...(clusters.get(node.cluster) ?? []), node]);
  }
  const rows = [...clusters]
    .map(([number, nodes]) => ({
      number,
      nodes: nodes.toSorted((a, b) => b.activity - a.activity),
    }))
    .sort((a, b) => b.nodes.length - a.nodes.length || a.number - b.number);
  const outside = model.graph.nodes.filter(({ cluster }) => cluster === null).length;
  return {
    id: 'clusters',
    title: 'Clusters',
    heading: 'Clusters of behaviour',
    html: [
      pageTable('Sources that behave alike', COLUMNS, rows, 60),
      ...(outside > 0
        ? [htmlParagraph(`${countText(outside, 'source')} did too little to be compared.`, 'faint')]
        : []),
    ].join('\n'),
  };
}
