import type { Novelty } from './novelty-watch.js';
import { rounded } from './reasons.js';
import type { Reason } from './records.js';

const MOST_REASONS = 5;

/** Why something new is reported: what it showed for the first time. */
export function explainNovelty(novelty: Novelty): readonly Reason[] {
  const items = novelty.items.length > 0 ? novelty.items : ['source'];
  return items.slice(0, MOST_REASONS).map((item, i) => ({
    metric: metricOf(item),
    actual: rounded(novelty.values[i] ?? 1),
    expected: [0, 0],
    contribution: rounded(1 / Math.min(MOST_REASONS, items.length)),
    firstSeen: true,
  }));
}

/** `call:openat` → `syscall.openat.calls`; a new source without calls shows its start. */
function metricOf(item: string): string {
  if (item.startsWith('call:')) return `syscall.${item.slice(5)}.calls`;
  if (item.startsWith('error:')) return `syscall.${item.slice(6)}.errors`;
  return item === 'source' ? 'process.starts' : item;
}
