/**
 * The reference of the command line as a manual page: what `npm run docs` writes is Markdown of few
 * forms (headings, paragraphs, code, lists, tables), each of which has its place in man(7).
 * @param {string} markdown docs/cli.md
 * @param {string} version
 */
export function manPage(markdown, version) {
  const out = [`.TH ETHOGRAM 1 "" "ethogram ${version}" "User Commands"`];
  let isCode = false;
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) {
      out.push(isCode ? '.fi\n.RE' : '.RS\n.nf');
      isCode = !isCode;
    } else if (isCode) out.push(guarded(escaped(line)));
    else out.push(...lineOf(line));
  }
  return `${out.join('\n')}\n`;
}

function lineOf(line) {
  const heading = /^(#+) (.*)$/.exec(line);
  if (heading) {
    const [, marks, title] = heading;
    if (marks === '#') return [];
    return [marks === '##' ? `.SH ${escaped(title.toUpperCase())}` : `.SS ${inline(title)}`];
  }
  if (line.startsWith('<!--') || /^\|[-|]+\|$/.test(line)) return [];
  if (line === '') return ['.PP'];
  if (line.startsWith('|')) {
    // A bar inside a cell is written `\|`.
    const [name = '', ...rest] = line.slice(1, -1).split(/(?<!\\)\|/);
    return ['.TP', guarded(inline(name)), guarded(inline(rest.filter((c) => c.trim()).join('; ')))];
  }
  if (line.startsWith('- ')) return ['.IP \\(bu 2', guarded(inline(line.slice(2)))];
  return [guarded(inline(line))];
}

/** Code in bold, links by their words. */
function inline(text) {
  const words = text
    .replaceAll('\\|', '|')
    .trim()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return words
    .split('`')
    .map((part, index) => (index % 2 === 1 ? `\\fB${escaped(part)}\\fR` : escaped(part)))
    .join('');
}

function escaped(text) {
  const safe = text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
  // A terminal that knows ASCII only shows these as well as it can.
  return safe.replaceAll('…', '...').replaceAll('–', '\\(en').replaceAll('−', '\\-');
}

/** A line must not begin like a request. */
function guarded(text) {
  return /^[.']/.test(text) ? `\\&${text}` : text;
}
