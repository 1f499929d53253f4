import { sourceKey } from '@ethogram/core';
import type { LearningSteps } from '@ethogram/model';
import { detectorsFor } from '../detectors/registry.js';
import type { Draft } from '../draft.js';
import type { PassSetting } from './pass-setting.js';

/**
 * Gathers rows of the fit part for every detector of a source, fits them, and puts their parts
 * into the draft.
 * @param full whether the window is long enough for shapes.
 */
export function clusterSource(
  draft: Draft,
  setting: PassSetting,
  options: { readonly full: boolean; readonly seed: number },
): LearningSteps['cluster'] {
  if (draft.withoutRates !== null) return [];
  const { maxWindows } = setting.settings;
  const detectors = detectorsFor({ draft, maxWindows, kernels: setting.kernels, ...options });
  setting.replay(draft, (source, { ts }) => {
    if (ts >= setting.fitUntil || !source.eligible) return;
    for (const detector of detectors) detector.gather(source);
  });
  const source = sourceKey(draft);
  return detectors.flatMap((detector) => {
    const fitted = detector.fit();
    return fitted ? [{ source, ...fitted }] : [];
  });
}
