/** U+FFFD: stands where a character cannot be written. */
const REPLACEMENT = '\ufffd';

/**
 * Replaces what no format should carry: control characters, lone surrogates, and the characters
 * that reverse the direction of text or are not seen, with which a name can pose as another.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]/gu,
    REPLACEMENT,
  );
}

/** Text for XML content and double-quoted attributes. */
export function xmlText(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
