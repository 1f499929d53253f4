import type { SourceModel } from '@ethogram/model';

/**
 * What telling of a source needs of its model: who it is, and what training showed. Packed matrices
 * and calibrations are left out: unpacked they are held already, and a scorer runs for months.
 */
export interface SourceFacts
  extends Pick<
    SourceModel,
    'kind' | 'name' | 'self' | 'ticks' | 'longestSilence' | 'calls' | 'callRanges' | 'known'
  > {
  readonly features: readonly Pick<SourceModel['features'][number], 'metric' | 'min' | 'max'>[];
  readonly histograms: readonly Pick<SourceModel['histograms'][number], 'metric' | 'buckets'>[];
}

/** Takes the facts out of a model. */
export function factsOf(model: SourceModel): SourceFacts {
  const { kind, name, self, ticks, longestSilence, calls, callRanges, known } = model;
  const features = model.features.map(({ metric, min, max }) => ({ metric, min, max }));
  const histograms = model.histograms.map(({ metric, buckets }) => ({ metric, buckets }));
  return {
    kind,
    name,
    self,
    ticks,
    longestSilence,
    calls,
    callRanges,
    known,
    features,
    histograms,
  };
}
