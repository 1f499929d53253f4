import { FORECAST_LAGS, LEVEL_ROWS, SHAPE_ROWS, type ViewName } from '@ethogram/features';
import type { Draft } from '../draft.js';
import { SHAPE_AXES } from './axes.js';
import type { Detector, DetectorFactory, DetectorSetting } from './detector.js';
import { forecastDetector } from './forecast.js';
import { LEVEL_CENTRES, levelDetector, SHAPE_CENTRES, shapeDetector } from './level.js';
import { DISTRIBUTION_CENTRES, distributionDetector, MIX_CENTRES, mixDetector } from './mix.js';
import { axesBytes, type PartShape, packedBytes, partBytes } from './part-bytes.js';
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
    bytes: ({ axes }) =>
      partBytes(packedBytes(SHAPE_CENTRES, SHAPE_ROWS * Math.min(SHAPE_AXES, axes))),
  },
]);

/** The detectors that a source gets. */
export function detectorsFor(setting: DetectorSetting): readonly Detector[] {
  return DETECTORS.map(({ make }) => make(setting)).filter((detector) => detector !== null);
}

/** Most bytes of a source in the JSON of a model. */
export const SOURCE_BYTES = 32 * 1024;
/**
 * Of which calibration, the scale of all views and modes take about this: 1.3 KB on the machines of SMD.
 * Where they take more, {@link withinBytes} makes room.
 */
const OTHER_BYTES = 2048;

/** Most bytes that the axes and views of a source take. */
export function viewBytes(shape: PartShape): number {
  return DETECTORS.reduce((sum, { bytes }) => sum + bytes(shape), axesBytes(shape));
}

/**
 * How many principal axes a source may have within {@link SOURCE_BYTES}: as many as asked for,
 * fewer where its features, their days and its system calls leave less room; one at least.
 * @param draft with its features scaled, its calls described and no views yet.
 */
export function affordableAxes(draft: Draft, most: number): number {
  const taken = JSON.stringify(draft).length + OTHER_BYTES;
  const shape = {
    features: draft.features.length,
    calls: draft.calls.length,
    buckets: draft.histograms.map(({ buckets }) => buckets.length),
  };
  let axes = Math.max(1, Math.min(most, shape.features));
  while (axes > 1 && taken + viewBytes({ ...shape, axes }) > SOURCE_BYTES) axes--;
  return axes;
}

/** Leaves out what no score needs, shape and then modes, where a source takes more than its bytes. */
export function withinBytes(draft: Draft): void {
  for (const part of ['shape', 'modes'] as const) {
    if (Buffer.byteLength(JSON.stringify(draft)) <= SOURCE_BYTES) return;
    draft[part] = null;
  }
}
