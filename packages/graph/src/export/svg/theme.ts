/** Colours of a picture that are not those of its groups. */
interface Theme {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly edge: string;
  readonly negative: string;
  readonly line: string;
}

/** The two backgrounds. */
const THEMES: Readonly<Record<'light' | 'dark', Theme>> = Object.freeze({
  light: {
    background: '#ffffff',
    text: '#1f2328',
    muted: '#656d76',
    edge: '#6b7683',
    negative: '#c1272d',
    line: '#d8dee4',
  },
  dark: {
    background: '#0d1117',
    text: '#e6edf3',
    muted: '#8d96a0',
    edge: '#8b98a5',
    negative: '#ff7b72',
    line: '#30363d',
  },
});

/**
 * The style sheet of a picture; `auto` follows the reader's own setting. Colours are written out,
 * since many renderers know no CSS variables.
 */
export function styleSheet(theme: 'light' | 'dark' | 'auto', font: string): string {
  const shapes = [
    `text{font-family:${font}}`,
    '.title{font-size:20px;font-weight:600}',
    '.sub,.note{font-size:12px}',
    '.label{font-size:11px;text-anchor:middle;paint-order:stroke;stroke-width:3px;stroke-linejoin:round}',
    '.e{fill:none;stroke-linecap:round}',
    '.n{stroke-width:2}',
    '.rule{stroke-width:1;fill:none}',
    '.dim{fill:none;stroke-dasharray:2 2.5;stroke-width:1.4}',
    '.ring{fill:none;stroke-width:1.4;stroke-opacity:.75}',
  ].join('');
  if (theme !== 'auto') return shapes + colours(THEMES[theme]);
  return `${shapes}${colours(THEMES.light)}@media (prefers-color-scheme:dark){${colours(THEMES.dark)}}`;
}

function colours(theme: Theme): string {
  return [
    `.bg{fill:${theme.background}}`,
    `text{fill:${theme.text}}`,
    `.sub,.note,.quiet{fill:${theme.muted}}`,
    `.label,.n{stroke:${theme.background}}`,
    `.e{stroke:${theme.edge}}.h{fill:${theme.edge}}`,
    `.e.neg{stroke:${theme.negative}}.h.neg{fill:${theme.negative}}`,
    `.rule{stroke:${theme.line}}.dim{stroke:${theme.muted}}.ring{stroke:${theme.text}}`,
  ].join('');
}
