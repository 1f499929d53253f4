import { execFileSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The top folder of the checkout. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

interface DebianSetup {
  readonly BENCH_PACKAGES: readonly string[];
  ensureDebianPackages(wanted: readonly string[], purpose: string): Promise<string[]>;
}

/** Installs the peers and loads that are missing, saying so; what can't be had is told later. */
export async function ensureBenchPackages(): Promise<void> {
  const file = pathToFileURL(`${ROOT}packages/setup/src/debian.mjs`).href;
  const setup = (await import(file)) as DebianSetup;
  await setup.ensureDebianPackages(setup.BENCH_PACKAGES, 'peers and loads of the bench');
}

/**
 * Builds what the bench runs: `call-cost`, `callers`, `storm`, `attach` and the empty program.
 * @returns the path of a built file by its name.
 */
export function buildPrograms(folder: string): (name: string) => string {
  const triple = execFileSync('cc', ['-dumpmachine'], { encoding: 'utf8' }).trim();
  const source = (name: string) => `${ROOT}test/bench/programs/${name}`;
  const built = (name: string) => `${folder}/${name}`;
  for (const name of ['call-cost', 'callers', 'storm', 'attach']) {
    const libraries = name === 'attach' ? ['-lbpf'] : [];
    execFileSync('cc', ['-O2', '-Wall', '-o', built(name), source(`${name}.c`), ...libraries]);
  }
  execFileSync('clang', [
    ...['-g', '-O2', '-target', 'bpf', '-isystem', `/usr/include/${triple}`],
    ...['-c', source('empty.bpf.c'), '-o', built('empty.bpf.o')],
  ]);
  return built;
}
