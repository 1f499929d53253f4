import { durationText } from '@ethogram/report';
import type { ReadQuery, Store } from '@ethogram/store';
import type { Notices } from '../output/notices.js';
import type { FoundWindow } from './find-window.js';
import { isFinerThan, stepNear } from './in-steps-of-model.js';

/** Instants of a window at which the length of ticks is looked at. */
const LOOKS = 16;
/** What is read at each of them: longer than two of the longest ticks that the store makes. */
const LOOK_MS = 150_000;

/**
 * A window to learn from, in ticks of one length. Where retention has merged a part of it, all of it
 * is read merged, which is said: from rows of two lengths nothing can be learned. It then begins
 * with a whole step.
 */
export async function inOneStep(
  { samples }: Pick<Store, 'samples'>,
  found: FoundWindow,
  notices: Pick<Notices, 'note'>,
): Promise<FoundWindow> {
  const { window, query } = found;
  const share = (window.to - window.from) / LOOKS;
  const lengths: number[] = [];
  for (let look = 0; look < LOOKS; look++) {
    const from = Math.floor(window.from + look * share);
    const range = { from, to: Math.min(window.to, from + LOOK_MS) };
    lengths.push(...(await usualLength(samples, { ...query, range })));
  }
  const stepMs = stepNear(Math.max(...lengths));
  if (stepMs === undefined || !lengths.some((length) => isFinerThan(length, stepMs))) return found;
  notices.note(
    `a part of the window is merged to ticks of ${durationText(stepMs)}: all of it is read so`,
  );
  const from = Math.ceil(window.from / stepMs) * stepMs;
  return {
    ...found,
    window: { ...window, from },
    query: { ...query, range: { from, to: window.to }, stepMs },
  };
}

/** The median length of the ticks of a range, milliseconds; none where there are no ticks. */
async function usualLength(samples: Store['samples'], query: ReadQuery): Promise<number[]> {
  const lengths: number[] = [];
  for await (const { intervalNs } of samples.read(query)) {
    for (const ns of intervalNs) lengths.push(ns / 1e6);
  }
  lengths.sort((a, b) => a - b);
  return lengths.slice(lengths.length >> 1, (lengths.length >> 1) + 1);
}
