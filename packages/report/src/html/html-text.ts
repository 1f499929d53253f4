import { printable } from '../printable.js';

/** A text inside an element or a quoted attribute, with everything escaped that is not plainly visible. */
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

/** A paragraph of text. */
export function htmlParagraph(text: string, kind = ''): string {
  return `<p${kind === '' ? '' : ` class="${kind}"`}>${htmlText(text)}</p>`;
}

/** What the reader can open to see more. */
export function htmlDetails(summary: string, html: string): string {
  return `<details><summary>${htmlText(summary)}</summary>\n${html}\n</details>`;
}
