import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { dirname } from 'node:path';

/** A table of figures; numbers are already rounded to what was measured. */
export interface BenchTable {
  readonly title: string;
  /** The first column names what a row is about. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** How it was measured, and what the figures don't show. */
  readonly note?: string;
}

/** What a run of a bench says of itself; the page of benchmarks is made from it. */
export interface BenchResult {
  /** `store`: names `test/bench/results/store.json`. */
  readonly bench: string;
  /** The command that prints the same figures. */
  readonly command: string;
  /** Of what was measured against: `{ bpftrace: "0.17.0" }`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly tables: readonly BenchTable[];
}

/**
 * Writes the result of a run beside date, commit, machine and load, for `docs/benchmarks.md`.
 * @param file `test/bench/results/<bench>.json`
 */
export function writeBenchResult(file: string, result: BenchResult): void {
  const [cpu] = cpus();
  const written = {
    bench: result.bench,
    command: result.command,
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: {
      cpu: cpu?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      architecture: process.arch,
      kernel: release().split('.').slice(0, 2).join('.'),
      distribution: distribution(),
      node: process.version,
    },
    load: loadavg().map((value) => Number(value.toFixed(2))),
    versions: result.versions,
    tables: result.tables,
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(written, undefined, 2)}\n`);
}

/** The commit that was measured, with `+` where the checkout had changes other than results. */
function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const clean =
      git('status', '--porcelain', '--untracked-files=no', '--', ':/', ':!/test/bench/results') ===
      '';
    return `${git('rev-parse', '--short', 'HEAD')}${clean ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

function distribution(): string {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(text)?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
