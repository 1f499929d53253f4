/**
 * Characters that a terminal or a reader could be fooled with: C0 and C1 controls, DEL, line and
 * paragraph separators, bidirectional overrides and isolates, invisible marks, lone surrogates.
 */
const UNSAFE =
  /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;

/**
 * A text with everything escaped that is not plainly visible, as `\n`, `\x1b` or `\u202e`. Names of
 * processes, files and containers come from whoever runs them: no view prints one without this.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    if (character === '\r') return '\\r';
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : unicodeEscape(code);
  });
}

/**
 * JSON that is safe to show in a terminal: the same value when parsed, with the characters that
 * `JSON.stringify` leaves as they are (DEL, C1, overrides) written as `\uNNNN`.
 * @param indent spaces per level; 0 for one line.
 */
export function jsonText(value: unknown, indent = 0): string {
  const json = JSON.stringify(value, undefined, indent);
  return json.replace(UNSAFE, (character) =>
    // Line feeds of the indentation are the only controls that stringify leaves unescaped.
    character === '\n' ? character : unicodeEscape(character.codePointAt(0) ?? 0),
  );
}

function unicodeEscape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
