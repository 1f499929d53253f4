import type { Model, SourceModel } from '@ethogram/model';
import type { RecordingView } from '../digest/recording-view.js';
import type { ScoreView } from '../digest/score-digest.js';
import type { KnownSpan } from './plot/events.js';

/** In which of its learned modes a source was, a bin. */
export interface SourceModes {
  readonly source: string;
  /** What was learned of each mode, the commonest in training first. */
  readonly modes: NonNullable<SourceModel['modes']>;
  /** The mode of each bin, −1 where the source was not followed. */
  readonly at: Int16Array;
}

/** The dependency graph of a part of the time. */
export interface PartGraph {
  readonly title: string;
  readonly svg: string;
}

/** Everything that a page shows; null where there is none of it. */
export interface ReportView {
  readonly title: string;
  readonly model: Model | null;
  /** Whether the model was learned from the very recording that the page is about. */
  readonly learnedHere: boolean;
  readonly recording: RecordingView | null;
  readonly scores: ScoreView | null;
  readonly modes: readonly SourceModes[];
  /** The dependency graph as SVG, made by `@ethogram/graph`, which escapes names itself. */
  readonly graphSvg: string | null;
  /** Graphs of parts of the time, such as the phases of a story, made in the same way. */
  readonly partGraphs: readonly PartGraph[];
  /** What is known to have happened, for example from the labels of a data set. */
  readonly known: readonly KnownSpan[];
  /** What the reader should know first, such as why there is no model. */
  readonly notes: readonly string[];
}

/** One part of a page; `html` was made by functions of this folder. */
export interface PageSection {
  /** Names the part in links; a–z and hyphens. */
  readonly id: string;
  /** A word or two, for the list of parts. */
  readonly title: string;
  /** Above the part, where the title alone says too little. */
  readonly heading?: string;
  readonly html: string;
}
