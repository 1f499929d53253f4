import { withoutComments } from './recipe-program.js';

/** The map whose being printed says that a print has come; last by name, as maps are printed. */
export const PRINT_MARK = 'zzz_printed';

/**
 * Adds a map to a program that is never empty: bpftrace leaves out empty maps, and a print of
 * nothing but those could not be told from none. A program may hold only one `BEGIN`, so the map
 * goes into that where there is one.
 */
export function withPrintMark(program: string): string {
  const mark = `@${PRINT_MARK} = 1;`;
  const begin = /\bBEGIN\s*\{/.exec(withoutComments(program));
  if (!begin) return `${program}\nBEGIN { ${mark} }\n`;
  const at = begin.index + begin[0].length;
  return `${program.slice(0, at)} ${mark} ${program.slice(at)}`;
}
