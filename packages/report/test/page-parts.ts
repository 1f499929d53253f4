import { type Block, packTicks, type SourceSample, type Tick } from '@ethogram/core';
import { plainPen } from '@ethogram/graph';
import { quietTick } from '@ethogram/testkit';
import type { PageLook, RecordingView, ReportView } from '../src/index.js';
import { RecordingDigest } from '../src/index.js';

/** What a hostile process, file or container may be called. */
export const HOSTILE = '<script>alert("x")</script>\u202e&\'\u0007';

export const LOOK: PageLook = { style: 'plain', pen: plainPen, font: 'sans-serif' };

export const START = Date.UTC(2026, 4, 1);

/** A tick of one second; `i` counts from the start. */
export function tickAt(
  i: number,
  samples: readonly SourceSample[],
  more: Partial<Tick> = {},
): Tick {
  return quietTick(i, START + (i + 1) * 1_000, samples, { host: 'web-1', ...more });
}

/** A process source with some calls. */
export function processSample(name: string, calls: Readonly<Record<string, number>>): SourceSample {
  return {
    kind: 'process',
    name,
    values: new Map(Object.entries(calls).map(([call, n]) => [`syscall.${call}.calls`, n])),
  };
}

/** Ticks added up over the time that they cover. */
export function digestOf(ticks: readonly Tick[]): RecordingView {
  const last = ticks.at(-1)?.ts ?? START;
  const digest = new RecordingDigest({ from: START, to: last });
  for (const block of blocksOf(ticks)) digest.push(block);
  return digest.view();
}

export function blocksOf(ticks: readonly Tick[]): readonly Block[] {
  return [packTicks(ticks)];
}

/** A page's view with nothing in it. */
export const EMPTY_VIEW: ReportView = {
  title: 'web',
  model: null,
  learnedHere: false,
  recording: null,
  scores: null,
  modes: [],
  graphSvg: null,
  partGraphs: [],
  known: [],
  notes: [],
};
