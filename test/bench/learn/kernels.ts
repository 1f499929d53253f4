import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRng } from '@ethogram/core';
import type { KernelModule, Kernels } from '@ethogram/learn';
import { TYPESCRIPT_KERNELS } from '@ethogram/learn';
import type { BenchTable } from '@ethogram/testkit/bench';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Peer } from './peer.js';
import { short } from './report.js';

const DIST = new URL('../../../../packages/', import.meta.url);
const REPEATS = 5;

interface Numbers {
  readonly data: Float64Array;
  readonly shape: readonly [number, number];
}

interface Subject {
  readonly name: string;
  readonly matrices: Readonly<Record<string, Numbers>>;
  readonly extra?: Readonly<Record<string, number>>;
  /** By the kernels of both makes, or in one make only. */
  readonly both?: (kernels: Kernels) => unknown;
  readonly alone?: () => unknown;
}

/** Times every kernel in its makes and by the peer, on the same matrices, one thread each. */
export async function compareKernels(folder: string, peer: Peer | undefined): Promise<BenchTable> {
  const { kernels: native } = (await import(
    new URL('cli/dist/models/native-kernels.js', DIST).href
  )) as KernelModule;
  const rows: (string | number | null)[][] = [];
  for (const { name, matrices, extra, both, alone } of await subjects()) {
    const eigen = both ? best(() => both(native)) : null;
    const typescript = best(both ? () => both(TYPESCRIPT_KERNELS) : (alone as () => unknown));
    const theirs = peer
      ? await peer.run({ kernel: name, repeats: REPEATS, ...extra, ...written(folder, matrices) })
      : null;
    const ours = eigen ?? typescript;
    rows.push([
      name,
      eigen === null ? null : short(eigen),
      short(typescript),
      theirs === null ? null : short(theirs),
      theirs === null ? null : short(ours / theirs, 2),
    ]);
  }
  return {
    title: 'Kernels, ms, one thread',
    columns: ['kernel', 'on Eigen', 'TypeScript', 'numpy, scikit-learn', 'ours / theirs'],
    rows,
    note: `The smallest of ${REPEATS} runs. Learning uses Eigen for the first three, TypeScript for the others.`,
  };
}

async function subjects(): Promise<Subject[]> {
  const { graphicalLasso } = (await import(
    new URL('learn/dist/graph/graphical-lasso.js', DIST).href
  )) as { graphicalLasso(s: Float64Array, p: number, lambda: number): unknown };
  const { gram, ledoitWolf } = (await import(
    new URL('learn/dist/graph/ledoit-wolf.js', DIST).href
  )) as {
    gram(x: unknown): Float64Array;
    ledoitWolf(x: unknown, s: Float64Array): unknown;
  };
  const wide = mixed(8640, 40, 1);
  const square = (d: number): Numbers => {
    const data = TYPESCRIPT_KERNELS.gram(mixed(2 * d, d, d).data, d);
    return { data, shape: [d, d] };
  };
  const clustered = (name: string, x: Numbers, k: number): Subject => {
    const d = x.shape[1];
    const first = x.data.slice(0, k * d);
    return {
      name,
      matrices: { x, first: { data: first, shape: [k, d] } },
      both: (kernels) => kernels.moveCentres(x.data, d, first, { iterations: 30, tolerance: 0 }),
    };
  };
  const p = 100;
  const activity = mixed(3600, p, 3);
  // Columns one after the other, as the graph keeps them.
  const columns = { count: p, rows: 3600, values: transposed(activity) };
  const covariance = gram(columns);
  const lambda = Math.sqrt(Math.log(p) / 3600);
  const past = mixed(6048, 24, 4);
  const next = mixed(6048, 40, 5);
  return [
    { name: 'gram 8640 × 40', matrices: { x: wide }, both: (k) => k.gram(wide.data, 40) },
    ...[40, 400].map((d): Subject => {
      const x = square(d);
      return { name: `eigen ${d}`, matrices: { x }, both: (k) => k.eigenSymmetric(x.data, d) };
    }),
    clustered('k-means 3000 × 80, k = 32', mixed(3000, 80, 6), 32),
    clustered('k-means 1000 × 320, k = 10', mixed(1000, 320, 7), 10),
    {
      name: 'ridge 6048 × 24 to 40',
      matrices: { x: past, y: next },
      alone: () => ridge(past, next),
    },
    {
      name: 'Ledoit–Wolf 3600 × 100',
      matrices: { x: activity },
      alone: () => ledoitWolf(columns, gram(columns)),
    },
    {
      name: 'glasso 100',
      matrices: { x: { data: covariance, shape: [p, p] } },
      extra: { lambda },
      alone: () => graphicalLasso(covariance, p, lambda),
    },
  ];
}

/** Rows of few causes and some noise, of about unit variance, from a fixed seed. */
function mixed(rows: number, columns: number, seed: number): Numbers {
  const rng = seededRng(seed);
  const causes = Math.max(1, columns >> 2);
  const loads = Float64Array.from({ length: causes * columns }, () => rng.next() - 0.5);
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const cause = Float64Array.from({ length: causes }, () => 4 * (rng.next() - 0.5));
    for (let j = 0; j < columns; j++) {
      let sum = rng.next() - 0.5;
      for (let c = 0; c < causes; c++) {
        sum += (cause[c] as number) * (loads[c * columns + j] as number);
      }
      data[i * columns + j] = sum;
    }
  }
  return { data, shape: [rows, columns] };
}

function transposed({ data, shape }: Numbers): Float64Array {
  const [rows, columns] = shape;
  return data.map((_, at) => data[(at % rows) * columns + Math.floor(at / rows)] as number);
}

/** What the forecast does: products of what was and what came, then Cholesky's decomposition. */
function ridge(x: Numbers, y: Numbers): Matrix {
  const [rows, a] = x.shape;
  const b = y.shape[1];
  const joined = new Float64Array(rows * (a + b));
  for (let i = 0; i < rows; i++) {
    joined.set(x.data.subarray(i * a, (i + 1) * a), i * (a + b));
    joined.set(y.data.subarray(i * b, (i + 1) * b), i * (a + b) + a);
  }
  const products = TYPESCRIPT_KERNELS.gram(joined, a + b);
  const at = (i: number, j: number): number => products[i * (a + b) + j] as number;
  const left = Matrix.from1DArray(
    a,
    a,
    Array.from({ length: a * a }, (_, i) => at(i % a, Math.floor(i / a))),
  );
  for (let i = 0; i < a; i++) left.set(i, i, left.get(i, i) + 0.1 * rows);
  const right = Matrix.from1DArray(
    a,
    b,
    Array.from({ length: a * b }, (_, i) => at(Math.floor(i / b), a + (i % b))),
  );
  return new CholeskyDecomposition(left).solve(right);
}

function best(run: () => unknown): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    const start = process.hrtime.bigint();
    run();
    smallest = Math.min(smallest, Number(process.hrtime.bigint() - start) / 1e6);
  }
  return smallest;
}

/** Leaves matrices where the peer finds them. */
export function written(
  folder: string,
  matrices: Readonly<Record<string, Numbers>>,
): { readonly files: Record<string, string>; readonly shapes: Record<string, readonly number[]> } {
  const files: Record<string, string> = {};
  const shapes: Record<string, readonly number[]> = {};
  for (const [name, { data, shape }] of Object.entries(matrices)) {
    files[name] = join(folder, `${name}.f64`);
    shapes[name] = shape;
    writeFileSync(files[name], data);
  }
  return { files, shapes };
}
