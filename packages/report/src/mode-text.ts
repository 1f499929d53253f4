import type { SourceModel } from '@ethogram/model';
import { numberText, shareText } from './quantity.js';

type Modes = NonNullable<SourceModel['modes']>;

/** What marks a mode, in words: `syscall.calls 812 (high), io.write.ops 0.2 (low)`. */
export function modeText(modes: Modes, mode: number): string {
  const marks = modes.marks[mode] ?? [];
  if (marks.length === 0) return 'nothing out of the ordinary';
  return marks
    .map(
      ({ metric, mean, z }) =>
        `${metric} ${numberText(Math.max(0, mean))} (${z > 0 ? 'high' : 'low'})`,
    )
    .join(', ');
}

/** Which modes followed one in training, without itself: `2 (71 %), 3 (29 %)`. */
export function transitionText(modes: Modes, mode: number): string {
  const row = (modes.transitions[mode] ?? []).map((count, to) => (to === mode ? 0 : count));
  const total = row.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 'nothing else';
  return row
    .map((count, to) => ({ to, count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.to - b.to)
    .slice(0, 3)
    .map(({ to, count }) => `${to + 1} (${shareText(count / total)})`)
    .join(', ');
}
