import {
  LEVEL_ROWS,
  PLAIN_SCALE,
  SHAPE_ROWS,
  standardiseWindow,
  unpackMatrix,
} from '@ethogram/features';
import { SHAPE_AXES } from './axes.js';
import { fitCentres } from './centres.js';
import type { DetectorFactory } from './detector.js';
import { findModes } from './find-modes.js';
import { Sampler } from './sampler.js';

/** Centres of windows, and of shapes, at most. */
export const LEVEL_CENTRES = 32;
export const SHAPE_CENTRES = 10;

/** Level: where the last ten rows usually are. */
export const levelDetector: DetectorFactory = ({ draft, maxWindows, seed, kernels }) => {
  if (!draft.axes) return null;
  const sampler = new Sampler(maxWindows);
  const window = new Float64Array(LEVEL_ROWS * draft.axes.rows);
  return {
    gather(tracker) {
      if (!tracker.windowKnown(LEVEL_ROWS)) return;
      tracker.window(LEVEL_ROWS, window);
      sampler.offer(window);
    },
    fit() {
      const centres = fitCentres(sampler.vectors(), LEVEL_CENTRES, seed, kernels);
      if (!centres) return null;
      draft.level = { scale: { ...PLAIN_SCALE }, centres };
      draft.modes = findModes(draft, unpackMatrix(centres), sampler.vectors(), seed, kernels);
      return { view: 'level', centres: centres.rows, windows: sampler.vectors().length };
    },
  };
};

/** Shape: how forty rows usually run, whatever their level. */
export const shapeDetector: DetectorFactory = ({ draft, maxWindows, full, seed, kernels }) => {
  if (!draft.axes || !full) return null;
  // Ten centres of long windows need fewer of them, and these are the largest thing in memory.
  const sampler = new Sampler(Math.ceil(maxWindows / 3));
  const window = new Float64Array(SHAPE_ROWS * Math.min(SHAPE_AXES, draft.axes.rows));
  return {
    gather(tracker) {
      if (!tracker.windowKnown(SHAPE_ROWS)) return;
      tracker.window(SHAPE_ROWS, window);
      standardiseWindow(window);
      sampler.offer(window);
    },
    fit() {
      const centres = fitCentres(sampler.vectors(), SHAPE_CENTRES, seed, kernels);
      if (!centres) return null;
      draft.shape = { scale: { ...PLAIN_SCALE }, centres };
      return { view: 'shape', centres: centres.rows, windows: sampler.vectors().length };
    },
  };
};
