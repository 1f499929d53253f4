import type { SourceTracker } from '@ethogram/features';
import type { Draft } from '../draft.js';
import type { Kernels } from '../kernels/kernels.js';

/** What a detector knows when it starts to gather. */
export interface DetectorSetting {
  readonly draft: Draft;
  readonly maxWindows: number;
  readonly full: boolean;
  readonly seed: number;
  readonly kernels: Kernels;
}

/** What was fitted, for the record of the clustering step. */
export interface Fitted {
  readonly view: string;
  readonly centres: number;
  readonly windows: number;
}

/**
 * Learns one view of one source: gathers rows of the fit part of the window, then fits and puts
 * its part into the draft. Its scale is plain until the calibration pass has measured it.
 */
export interface Detector {
  /** Takes the row that the tracker has just closed. */
  gather(tracker: SourceTracker): void;
  /** Fits; null where there was too little to fit. */
  fit(): Fitted | null;
}

/** Makes a detector, or null where the source or the regime has no use for it. */
export type DetectorFactory = (setting: DetectorSetting) => Detector | null;
