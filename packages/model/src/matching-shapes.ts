/** What of a source must fit together. */
interface Shapes {
  readonly features: readonly {
    readonly season: Shape | null;
    readonly drift?: { readonly hours: Shape | null } | undefined;
  }[];
  readonly calls: readonly string[];
  readonly histograms: readonly { readonly buckets: readonly number[] }[];
  readonly axes: Shape | null;
  readonly level: { readonly centres: Shape } | null;
  readonly modes: {
    readonly of: readonly number[];
    readonly share: readonly number[];
    readonly marks: readonly (readonly unknown[])[];
    readonly transitions: readonly (readonly number[])[];
  } | null;
  readonly shape: { readonly centres: Shape } | null;
  readonly forecast: { readonly loadings: Shape; readonly sd: Shape } | null;
  readonly mix: { readonly centres: Shape } | null;
  readonly distribution: {
    readonly histograms: readonly ({ readonly centres: Shape } | null)[];
  } | null;
}

interface Shape {
  readonly rows: number;
  readonly cols: number;
}

/** Rows in a window of the level and of the shape view, and lags of the forecast. */
const LEVEL_ROWS = 10;
const SHAPE_ROWS = 40;
const FORECAST_LAGS = 3;
/** Half hours of a day, and hours of a week. */
const SEASON_BINS = 48;
const WEEK_BINS = 168;
/** A day and the hour that the level of a metric leaves out. */
const DRIFT_HOURS = 25;

/**
 * What does not fit among the matrices of a source, in words; empty where all do. Streaming code
 * trusts the shapes, so that a document that lies about one must not get past the door.
 */
export function mismatchedShapes(source: Shapes): string[] {
  const features = source.features.length;
  const axes = source.axes?.rows ?? 0;
  const wrong: string[] = [];
  const expect = (name: string, matrix: Shape | null | undefined, rows: number, cols: number) => {
    if (matrix && (matrix.cols !== cols || (rows > 0 ? matrix.rows !== rows : matrix.rows < 1))) {
      const wanted = `${rows > 0 ? rows : 'some'} × ${cols}`;
      wrong.push(`${name}: expected ${wanted}, found ${matrix.rows} × ${matrix.cols}`);
    }
  };
  /** Windows of rows of the leading axes, of one at least. */
  const expectWindows = (name: string, matrix: Shape | null | undefined, rows: number) => {
    const width = Math.min(axes, Math.max(1, Math.floor((matrix?.cols ?? 0) / rows)));
    expect(name, matrix, 0, rows * width);
  };
  for (const { season, drift } of source.features) {
    expect('drift', drift?.hours, 1, DRIFT_HOURS);
    expect('season', season, 1, season?.cols === WEEK_BINS ? WEEK_BINS : SEASON_BINS);
  }
  expect('axes', source.axes, 0, features);
  expectWindows('level', source.level?.centres, LEVEL_ROWS);
  if (source.modes && !modesFit(source.modes, source.level?.centres.rows ?? 0)) {
    wrong.push('modes: expected a mode of each centre of level, and transitions between all modes');
  }
  expectWindows('shape', source.shape?.centres, SHAPE_ROWS);
  expect('forecast', source.forecast?.loadings, features, FORECAST_LAGS * axes);
  expect('forecast errors', source.forecast?.sd, 1, features);
  expect('mix', source.mix?.centres, 0, source.calls.length + 1);
  for (const [i, part] of (source.distribution?.histograms ?? []).entries()) {
    expect(`distribution ${i}`, part?.centres, 0, source.histograms[i]?.buckets.length ?? 0);
  }
  return wrong;
}

/** Whether every centre has a mode that is there, and the transitions are square. */
function modesFit(modes: NonNullable<Shapes['modes']>, centres: number): boolean {
  const count = modes.share.length;
  return (
    modes.of.length === centres &&
    modes.of.every((mode) => mode < count) &&
    modes.marks.length === count &&
    modes.transitions.length === count &&
    modes.transitions.every((row) => row.length === count)
  );
}
