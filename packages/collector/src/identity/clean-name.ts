/** The longest name a source may have; longer ones keep their beginning. */
const LONGEST = 200;

/**
 * Makes a name from outside safe to print, store and match: control, format, surrogate and
 * line-separator characters become `?`, and it is cut at 200 UTF-16 units, before the character that
 * would be cut in two.
 * @param text whatever a process chose to call itself.
 */
export function cleanName(text: string): string {
  return (
    text
      .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?')
      .slice(0, LONGEST)
      // The first half of a pair whose second half was cut off.
      .replace(/[\ud800-\udbff]$/, '')
  );
}
