/** A sparse inverse covariance, dense row-major `p × p`. */
export interface GraphicalLasso {
  readonly precision: Float64Array;
  /** Sweeps over the columns of the component that needed most. */
  readonly sweeps: number;
}

/** When the graphical lasso stops. */
export interface GraphicalLassoOptions {
  /** Mean absolute change of the covariance estimate, relative to the mean |off-diagonal|. */
  readonly tolerance?: number;
  readonly maxSweeps?: number;
}

/**
 * Graphical lasso (Friedman, Hastie & Tibshirani 2008) with the diagonal left unpenalised.
 * Blocks that the thresholded matrix |S| > λ does not connect are solved apart, which changes
 * nothing in the result (Witten, Friedman & Simon 2011; Mazumder & Hastie 2012).
 * @param covariance symmetric, row-major `p × p`, positive diagonal; not changed.
 * @param lambda penalty ≥ 0 on the off-diagonal elements.
 * Complexity: cubic in the largest component.
 */
export function graphicalLasso(
  covariance: Float64Array,
  p: number,
  lambda: number,
  options: GraphicalLassoOptions = {},
): GraphicalLasso {
  const precision = new Float64Array(p * p);
  let sweeps = 0;
  for (const members of screenComponents(covariance, p, lambda)) {
    const [only] = members;
    if (members.length === 1 && only !== undefined) {
      precision[only * p + only] = 1 / (covariance[only * p + only] as number);
      continue;
    }
    const m = members.length;
    const block = new Float64Array(m * m);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < m; j++) {
        block[i * m + j] = covariance[
          (members[i] as number) * p + (members[j] as number)
        ] as number;
      }
    }
    const solved = solveBlock(block, m, lambda, options);
    sweeps = Math.max(sweeps, solved.sweeps);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < m; j++) {
        precision[(members[i] as number) * p + (members[j] as number)] = solved.precision[
          i * m + j
        ] as number;
      }
    }
  }
  return { precision, sweeps };
}

/** Connected components of the graph of |S| > λ, each ascending, ordered by first member. */
export function screenComponents(covariance: Float64Array, p: number, lambda: number): number[][] {
  const seen = new Uint8Array(p);
  const components: number[][] = [];
  for (let start = 0; start < p; start++) {
    if (seen[start]) continue;
    seen[start] = 1;
    const members = [start];
    for (let at = 0; at < members.length; at++) {
      const row = (members[at] as number) * p;
      for (let j = 0; j < p; j++) {
        if (!seen[j] && Math.abs(covariance[row + j] as number) > lambda) {
          seen[j] = 1;
          members.push(j);
        }
      }
    }
    components.push(members.sort((a, b) => a - b));
  }
  return components;
}

function solveBlock(
  s: Float64Array,
  m: number,
  lambda: number,
  options: GraphicalLassoOptions,
): GraphicalLasso {
  const { tolerance = 1e-4, maxSweeps = 100 } = options;
  const w = Float64Array.from(s);
  const beta = new Float64Array(m * m);
  const product = new Float64Array(m);
  let scale = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) if (i !== j) scale += Math.abs(s[i * m + j] as number);
  }
  let sweeps = 0;
  for (let change = Infinity; sweeps < maxSweeps && change > tolerance * scale; sweeps++) {
    change = 0;
    for (let j = 0; j < m; j++) {
      lassoColumn(w, s, beta, product, m, j, lambda, tolerance);
      for (let i = 0; i < m; i++) {
        if (i === j) continue;
        const value = product[i] as number;
        change += 2 * Math.abs(value - (w[i * m + j] as number));
        w[i * m + j] = value;
        w[j * m + i] = value;
      }
    }
  }
  return { precision: precisionOf(w, beta, m), sweeps };
}

/**
 * Coordinate descent for one column: min ½ βᵀW₁₁β − s₁₂ᵀβ + λ|β|₁, warm-started at the last β.
 * Leaves W₁₁β in `product`.
 */
function lassoColumn(
  w: Float64Array,
  s: Float64Array,
  beta: Float64Array,
  product: Float64Array,
  m: number,
  j: number,
  lambda: number,
  tolerance: number,
): void {
  const row = j * m;
  product.fill(0);
  for (let k = 0; k < m; k++) {
    const b = beta[row + k] as number;
    if (b !== 0 && k !== j) addScaled(product, w, k * m, b, m);
  }
  for (let pass = 0; pass < 1000; pass++) {
    let largest = 0;
    for (let k = 0; k < m; k++) {
      if (k === j) continue;
      const wkk = w[k * m + k] as number;
      const old = beta[row + k] as number;
      const rest = (s[row + k] as number) - (product[k] as number) + wkk * old;
      const size = Math.abs(rest) - lambda;
      const next = size > 0 ? (Math.sign(rest) * size) / wkk : 0;
      if (next === old) continue;
      beta[row + k] = next;
      addScaled(product, w, k * m, next - old, m);
      largest = Math.max(largest, Math.abs(next - old));
    }
    if (largest < tolerance * 1e-2) return;
  }
}

function addScaled(
  target: Float64Array,
  source: Float64Array,
  from: number,
  factor: number,
  m: number,
): void {
  for (let i = 0; i < m; i++) {
    target[i] = (target[i] as number) + factor * (source[from + i] as number);
  }
}

function precisionOf(w: Float64Array, beta: Float64Array, m: number): Float64Array {
  const precision = new Float64Array(m * m);
  for (let j = 0; j < m; j++) {
    let explained = 0;
    for (let k = 0; k < m; k++) {
      if (k !== j) explained += (w[k * m + j] as number) * (beta[j * m + k] as number);
    }
    const diagonal = 1 / ((w[j * m + j] as number) - explained);
    precision[j * m + j] = diagonal;
    for (let k = 0; k < m; k++) {
      if (k !== j) precision[j * m + k] = -(beta[j * m + k] as number) * diagonal;
    }
  }
  for (let i = 0; i < m; i++) {
    for (let j = i + 1; j < m; j++) {
      const a = precision[i * m + j] as number;
      const b = precision[j * m + i] as number;
      const both = a === 0 || b === 0 ? 0 : (a + b) / 2;
      precision[i * m + j] = both;
      precision[j * m + i] = both;
    }
  }
  return precision;
}

/** Partial correlations −Pᵢⱼ/√(PᵢᵢPⱼⱼ) of a precision matrix, row-major, zero diagonal. */
export function partialCorrelations(precision: Float64Array, p: number): Float64Array {
  const rho = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) {
      const pij = precision[i * p + j] as number;
      if (i === j || pij === 0) continue;
      const scale = (precision[i * p + i] as number) * (precision[j * p + j] as number);
      rho[i * p + j] = Math.max(-1, Math.min(1, -pij / Math.sqrt(scale)));
    }
  }
  return rho;
}
