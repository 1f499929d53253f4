/** One token: a mark, a string (without backtracking, however long), or another scalar. */
const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("[^"\\\p{Cc}]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\p{Cc}]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/uy;

/**
 * Where a text that `JSON.parse` refused stops being JSON, as an index into it, and what could
 * have stood there: Node's own message does not always say.
 */
export function jsonFault(text: string): { readonly at: number; readonly expected: string } {
  const open: string[] = [];
  let expect: 'value' | 'key' | 'colon' | 'next' = 'value';
  let first = false;
  let at = 0;
  for (;;) {
    const expected = phrase(expect, first, open.at(-1));
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) return { at: at + blanks(text, at), expected };
    const [whole, mark, string] = match;
    const start = at + blanks(text, at);
    const isValue = mark === undefined;
    if (mark === '}' || mark === ']') {
      const opener = mark === '}' ? '{' : '[';
      const allowed = expect === 'next' || (first && expect === (mark === '}' ? 'key' : 'value'));
      if (open.at(-1) !== opener || !allowed) return { at: start, expected };
      open.pop();
      expect = 'next';
      first = false;
    } else if (expect === 'key' && string !== undefined) {
      expect = 'colon';
    } else if (expect === 'colon' && mark === ':') {
      expect = 'value';
      first = false;
    } else if (expect === 'value' && (isValue || mark === '{' || mark === '[')) {
      if (!isValue) open.push(mark);
      expect = isValue ? 'next' : mark === '{' ? 'key' : 'value';
      first = !isValue;
    } else if (expect === 'next' && mark === ',' && open.length > 0) {
      expect = open.at(-1) === '{' ? 'key' : 'value';
      first = false;
    } else {
      return { at: start, expected };
    }
    at += whole.length;
  }
}

/** How many blanks stand at a place. */
function blanks(text: string, at: number): number {
  let end = at;
  while (' \t\r\n'.includes(text[end] ?? '.')) end++;
  return end - at;
}

function phrase(expect: string, first: boolean, opener: string | undefined): string {
  if (expect === 'key') return first ? 'a name in quotes or }' : 'a name in quotes';
  if (expect === 'colon') return 'a colon';
  if (expect === 'value') return first && opener === '[' ? 'a value or ]' : 'a value';
  if (opener === undefined) return 'the end of the line';
  return opener === '{' ? 'a comma or }' : 'a comma or ]';
}
