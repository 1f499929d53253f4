import { htmlText } from './html-text.js';
import type { PageLook } from './page-look.js';
import { pageStyle } from './page-style.js';
import type { PageSection } from './report-view.js';

/** Nothing is loaded, run or sent, whatever a name in the page may try; pictures are inline. */
const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Displaces what is drawn by a little, so that it looks drawn by hand. */
const HAND = `<svg width="0" height="0" aria-hidden="true" focusable="false"><filter id="hand" x="-2%" y="-10%" width="104%" height="120%"><feTurbulence type="fractalNoise" baseFrequency="0.018" numOctaves="3" seed="7"/><feDisplacementMap in="SourceGraphic" scale="5"/></filter></svg>`;

/**
 * One self-contained page: no script, no request, readable in light and dark, on paper and by
 * keyboard. A policy in the page itself forbids anything else.
 */
export function htmlPage(title: string, sections: readonly PageSection[], look: PageLook): string {
  const links = sections.map(
    ({ id, title: name }) => `<li><a href="#${htmlText(id)}">${htmlText(name)}</a></li>`,
  );
  const body = sections.map(
    ({ id, title: name, heading = name, html }) =>
      `<section id="${htmlText(id)}" aria-labelledby="${htmlText(id)}-title">\n<h2 id="${htmlText(id)}-title">${htmlText(heading)}</h2>\n${html}\n</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(title)}</title>
<style>${pageStyle(look.style, look.font)}
</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header><h1>${htmlText(title)}</h1></header>
<nav aria-label="Parts of the report"><ul>${links.join('')}</ul></nav>
<main id="main">
${look.style === 'sketch' ? HAND : ''}${body.join('\n')}
</main>
<footer><p>Times are UTC. Made by ethogram; this file is complete in itself and loads nothing.</p></footer>
</body>
</html>
`;
}
