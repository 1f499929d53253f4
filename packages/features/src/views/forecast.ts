import { FORECAST_BEND, FORECAST_LAGS, FORECAST_ROWS } from '../forecast-loss.js';
import { addShares, type View } from './view.js';

/**
 * How surprising the last rows are to a vector autoregression. The errors of all features are
 * joined by Cauchy's loss, ln(1 + (r/5)²), so that many small surprises weigh more than one
 * large one: a fault moves many metrics, noise moves one.
 */
export function forecastView(): View {
  return {
    name: 'forecast',
    rows: FORECAST_LAGS + FORECAST_ROWS,
    counts: true,
    distance: (tracker) =>
      tracker.windowKnown(FORECAST_LAGS + FORECAST_ROWS)
        ? Math.exp(FORECAST_BEND ** 2 * tracker.meanLoss(FORECAST_ROWS))
        : Number.NaN,
    explain(tracker, shares) {
      addShares(tracker.losses, shares.features);
    },
  };
}
