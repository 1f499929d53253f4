import { FORECAST_LAGS, LEVEL_ROWS, SHAPE_ROWS, type ViewName } from '@ethogram/features';
import type { Detector, DetectorFactory, DetectorSetting } from './detector.js';
import { forecastDetector } from './forecast.js';
import { LEVEL_CENTRES, levelDetector, SHAPE_CENTRES, shapeDetector } from './level.js';
import { DISTRIBUTION_CENTRES, distributionDetector, MIX_CENTRES, mixDetector } from './mix.js';
import { type PartShape, packedBytes, partBytes } from './part-bytes.js';
import { jointDetector, slowDetector } from './without-fit.js';

/** One kind of detector: what it learns for which view, and what that takes in a model. */
export interface DetectorKind {
  readonly view: ViewName;
  readonly make: DetectorFactory;
  /** Most bytes of its part of a source as JSON. */
  readonly bytes: (shape: PartShape) => number;
}

/** All kinds of detectors, in the order in which they are fitted. */
export const DETECTORS: readonly DetectorKind[] = Object.freeze([
  {
    view: 'level',
    make: levelDetector,
    bytes: ({ axes }) => partBytes(packedBytes(LEVEL_CENTRES, LEVEL_ROWS * axes)),
  },
  { view: 'slow', make: slowDetector, bytes: () => partBytes(0) },
  {
    view: 'forecast',
    make: forecastDetector,
    bytes: ({ features, axes }) =>
      partBytes(packedBytes(features, FORECAST_LAGS * axes) + packedBytes(1, features, 'f32')),
  },
  { view: 'joint', make: jointDetector, bytes: () => partBytes(0) },
  {
    view: 'mix',
    make: mixDetector,
    bytes: ({ calls }) => partBytes(packedBytes(MIX_CENTRES, calls + 1)),
  },
  {
    view: 'distribution',
    make: distributionDetector,
    bytes: ({ buckets }) =>
      partBytes(buckets.reduce((sum, count) => sum + packedBytes(DISTRIBUTION_CENTRES, count), 0)),
  },
  {
    view: 'shape',
    make: shapeDetector,
    bytes: ({ axes }) => partBytes(packedBytes(SHAPE_CENTRES, SHAPE_ROWS * axes)),
  },
]);

/** The detectors that a source gets. */
export function detectorsFor(setting: DetectorSetting): readonly Detector[] {
  return DETECTORS.map(({ make }) => make(setting)).filter((detector) => detector !== null);
}
