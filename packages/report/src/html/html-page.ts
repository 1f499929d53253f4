import { printable } from '../printable.js';
import type { View } from '../view.js';

/** One part of a page; `html` was made by functions of this folder or is an SVG of the graph. */
export interface PageSection {
  readonly title: string;
  readonly html: string;
}

/** Most rows of a table on a page; what is left out is said. */
const MOST_ROWS = 200;

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2330; --dim: #667085; --line: #d8dce4; --paper: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --dim: #98a2b3; --line: #343a46; --paper: #14171d; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 0; overflow-x: auto; } svg { max-width: 100%; height: auto; }
.dim { color: var(--dim); } li { margin: .15rem 0; }`;

/**
 * One self-contained page: no script, no request, readable in light and dark. A policy in the page
 * itself forbids anything else, whatever a name in it may try.
 */
export function htmlPage(title: string, sections: readonly PageSection[]): string {
  const body = sections.map(
    (section) => `<section>\n<h2>${htmlText(section.title)}</h2>\n${section.html}\n</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(title)}</title>
<style>${STYLE}
</style>
</head>
<body>
<h1>${htmlText(title)}</h1>
${body.join('\n')}
</body>
</html>
`;
}

/** A text inside an element or a quoted attribute. */
export function htmlText(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Lines as a list. */
export function htmlList(lines: readonly string[]): string {
  return `<ul>\n${lines.map((line) => `<li>${htmlText(line)}</li>`).join('\n')}\n</ul>`;
}

/** Rows as a table, in the columns of their view. */
export function htmlTable<Row>(view: View<Row>, rows: readonly Row[]): string {
  if (rows.length === 0) return '<p class="dim">nothing</p>';
  const head = view.columns.map(({ name }) => `<th>${htmlText(name)}</th>`).join('');
  const body = rows.slice(0, MOST_ROWS).map((row) => {
    const cells = view.columns.map((column) => {
      const value = column.value(row);
      const text = column.text ? column.text(row) : String(value ?? '–');
      const numeric = typeof value === 'number' ? ' class="number"' : '';
      return `<td${numeric}>${htmlText(text)}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  const left = rows.length - MOST_ROWS;
  const more = left > 0 ? `\n<p class="dim">and ${left} more rows</p>` : '';
  return `<table>\n<tr>${head}</tr>\n${body.join('\n')}\n</table>${more}`;
}
