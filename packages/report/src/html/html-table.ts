import type { View } from '../view.js';
import { htmlText } from './html-text.js';

/** Most rows of a table on a page; what is left out is said. */
const MOST_ROWS = 200;

/** A column of a table on a page; `html` comes from functions of this folder. */
export interface PageColumn<Row> {
  readonly title: string;
  readonly html: (row: Row) => string;
  readonly numeric?: boolean;
}

/** Rows as a table whose first column names the row. It scrolls by itself where it is too wide. */
export function pageTable<Row>(
  caption: string,
  columns: readonly PageColumn<Row>[],
  rows: readonly Row[],
  mostRows = MOST_ROWS,
): string {
  if (rows.length === 0) return `<p class="faint">${htmlText(caption)}: nothing.</p>`;
  const head = columns.map(({ title, numeric }) => {
    return `<th scope="col"${numeric ? ' class="number"' : ''}>${htmlText(title)}</th>`;
  });
  const body = rows.slice(0, mostRows).map((row) => {
    const cells = columns.map(({ html, numeric }, i) => {
      const kind = numeric ? ' class="number"' : '';
      return i === 0 ? `<th scope="row">${html(row)}</th>` : `<td${kind}>${html(row)}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  const left = rows.length - mostRows;
  const more = left > 0 ? `\n<p class="faint">and ${left} more rows</p>` : '';
  const label = htmlText(caption);
  return `<div class="wide" role="group" tabindex="0" aria-label="${label}"><table>
<caption>${label}</caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table></div>${more}`;
}

/** Rows as a table, in the columns of their view. */
export function htmlTable<Row>(view: View<Row>, rows: readonly Row[], caption: string): string {
  const first = rows[0];
  const columns = view.columns.map(
    (column): PageColumn<Row> => ({
      title: column.name,
      numeric: first !== undefined && typeof column.value(first) === 'number',
      html: (row) => {
        const value = column.value(row);
        return htmlText(column.text ? column.text(row) : String(value ?? '–'));
      },
    }),
  );
  return pageTable(caption, columns, rows);
}
