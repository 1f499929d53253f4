import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PairScores } from './edge-quality.js';
import type { Scene } from './scene.js';

const SCRIPT = fileURLToPath(new URL('../stock_market_recipe.py', import.meta.url));

/** How long something took, and how much processor time, all threads. */
export interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
}

/** What the recipe's script answers. */
interface Answer extends Taken {
  readonly edges: readonly (readonly [number, number, number])[];
  readonly failure?: string;
}

/** The recipe of scikit-learn's stock market example. */
export class StockMarketRecipe {
  readonly #python: string;
  readonly #say: (line: string) => void;
  readonly #done = new Map<string, Taken & { readonly scores: PairScores }>();

  /** @param say is told of scenes on which the recipe fails, which then has no edges there. */
  constructor(python: string, say: (line: string) => void) {
    this.#python = python;
    this.#say = say;
  }

  /** The edges it finds; of a scene that was asked for before, since it takes minutes, the same. */
  run(scene: Scene): Taken & { readonly scores: PairScores } {
    const known = this.#done.get(scene.name);
    if (known) return known;
    const columns = scene.activity.map((series) => Array.from(series));
    const output = execFileSync(this.#python, [SCRIPT], {
      input: `${JSON.stringify({ name: scene.name, columns })}\n`,
      maxBuffer: 2 ** 28,
      env: { ...process.env, OMP_NUM_THREADS: '2', OPENBLAS_NUM_THREADS: '2' },
    });
    const { ms, cpuMs, edges, failure } = JSON.parse(output.toString()) as Answer;
    if (failure !== undefined) this.#say(`the recipe failed on ${scene.name}: ${failure}`);
    const p = scene.names.length;
    const scores = { p, strength: new Float64Array(p * p), accepted: new Uint8Array(p * p) };
    for (const [a, b, strength] of edges) {
      scores.strength[a * p + b] = strength;
      scores.accepted[a * p + b] = 1;
    }
    const answer = { scores, ms, cpuMs };
    this.#done.set(scene.name, answer);
    return answer;
  }
}
