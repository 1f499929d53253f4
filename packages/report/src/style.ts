import { styleText } from 'node:util';

/** How words are set off on a terminal; every function returns its text unchanged without colour. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  warning(text: string): string;
  critical(text: string): string;
  good(text: string): string;
}

const plain = (text: string): string => text;

/** For pipes, files and NO_COLOR. */
export const plainStyle: Style = Object.freeze({
  bold: plain,
  dim: plain,
  warning: plain,
  critical: plain,
  good: plain,
});

/** For terminals. */
export const ansiStyle: Style = Object.freeze({
  bold: (text: string) => styleText('bold', text, { validateStream: false }),
  dim: (text: string) => styleText('dim', text, { validateStream: false }),
  warning: (text: string) => styleText('yellow', text, { validateStream: false }),
  critical: (text: string) => styleText(['red', 'bold'], text, { validateStream: false }),
  good: (text: string) => styleText('green', text, { validateStream: false }),
});
