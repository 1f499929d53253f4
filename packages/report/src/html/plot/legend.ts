import { seriesColour } from '../page-look.js';

/** What the colours mean; `names` are HTML. */
export function legend(names: readonly string[]): string {
  const items = names.map(
    (name, k) =>
      `<li><svg class="swatch" viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" rx="2.5" fill="${seriesColour(k)}"/></svg>${name}</li>`,
  );
  return `<ul class="legend">${items.join('')}</ul>`;
}
