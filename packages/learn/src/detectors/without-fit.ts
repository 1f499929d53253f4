import { PLAIN_SCALE } from '@ethogram/features';
import type { DetectorFactory } from './detector.js';

/** Slow: needs nothing but the scales of the features. */
export const slowDetector: DetectorFactory = ({ draft }) =>
  draft.features.length === 0
    ? null
    : {
        gather: () => undefined,
        fit() {
          draft.slow = { scale: { ...PLAIN_SCALE } };
          return null;
        },
      };

/** Joint: needs nothing but the axes, and some variance that they leave over. */
export const jointDetector: DetectorFactory = ({ draft }) =>
  !draft.axes || draft.axes.rows >= draft.features.length
    ? null
    : {
        gather: () => undefined,
        fit() {
          draft.joint = { scale: { ...PLAIN_SCALE } };
          return null;
        },
      };
