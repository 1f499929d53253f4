import { type Combination, PLAIN_SCALE, type SurpriseScale } from '../combine.js';
import type { ForecastPart } from '../forecast-loss.js';
import type { PackedMatrix } from '../packed-matrix.js';
import type { CentresPart } from './centres-view.js';
import { type DistributionPart, distributionView } from './distribution.js';
import { forecastView } from './forecast.js';
import { jointView } from './joint.js';
import { levelView, shapeView } from './level.js';
import { mixView } from './mix.js';
import { slowView } from './slow.js';
import { VIEW_NAMES, type View, type ViewName } from './view.js';

/** What was learned for the views of one source; null where a view was not learned. */
export interface ViewParts {
  readonly axes: PackedMatrix | null;
  readonly level: CentresPart | null;
  readonly slow: object | null;
  readonly forecast: ForecastPart | null;
  readonly joint: object | null;
  readonly mix: CentresPart | null;
  readonly distribution: { readonly histograms: DistributionPart } | null;
  readonly shape: CentresPart | null;
}

type Factory = (parts: ViewParts) => View | null;

const FACTORIES: Readonly<Record<ViewName, Factory>> = {
  level: ({ level, axes }) => (level && axes ? levelView(level, axes) : null),
  slow: ({ slow }) => (slow ? slowView() : null),
  forecast: ({ forecast }) => (forecast ? forecastView() : null),
  joint: ({ joint, axes }) => (joint && axes ? jointView(axes) : null),
  mix: ({ mix }) => (mix ? mixView(mix) : null),
  distribution: ({ distribution }) =>
    distribution ? distributionView(distribution.histograms) : null,
  shape: ({ shape, axes }) => (shape && axes ? shapeView(shape, axes) : null),
};

/** A source whose views carry the scales that training gave them. */
export type ScaledParts = {
  readonly [Name in ViewName]: { readonly scale: SurpriseScale } | null;
} & { readonly scale: SurpriseScale };

/** How the prepared views of a source are combined. */
export function combinationOf(parts: ScaledParts, views: readonly View[]): Combination {
  return {
    scales: views.map((view) => parts[view.name]?.scale ?? PLAIN_SCALE),
    counts: views.map((view) => view.counts),
    whole: parts.scale,
  };
}

/** Makes the learned views of a source ready to compute, in the order of {@link VIEW_NAMES}. */
export function prepareViews(parts: ViewParts): readonly View[] {
  return VIEW_NAMES.map((name) => FACTORIES[name](parts)).filter((view) => view !== null);
}
