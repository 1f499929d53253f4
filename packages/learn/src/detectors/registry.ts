import type { Detector, DetectorFactory, DetectorSetting } from './detector.js';
import { forecastDetector } from './forecast.js';
import { levelDetector, shapeDetector } from './level.js';
import { distributionDetector, mixDetector } from './mix.js';
import { jointDetector, slowDetector } from './without-fit.js';

const FACTORIES: readonly DetectorFactory[] = [
  levelDetector,
  slowDetector,
  forecastDetector,
  jointDetector,
  mixDetector,
  distributionDetector,
  shapeDetector,
];

/** The detectors that a source gets. */
export function detectorsFor(setting: DetectorSetting): readonly Detector[] {
  return FACTORIES.map((make) => make(setting)).filter((detector) => detector !== null);
}
