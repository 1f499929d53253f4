import type { Limitation } from '../sample-source.js';
import { isSince } from './kernel-version.js';
import { PROGRAM_NEEDS } from './program-needs.js';

/** What a backend that lacks programs cannot see, and why. */
export interface WhatIsMissing {
  readonly blind: readonly string[];
  readonly limitations: readonly Limitation[];
}

/**
 * What is lost with the programs that the kernel did not take.
 * @param missing their names.
 * @param refused what the kernel said of those that it has a place for, by name.
 * @param release of the kernel, as `uname -r` has it.
 */
export function whatIsMissing(
  missing: readonly string[],
  refused: Readonly<Record<string, string>>,
  release: string,
): WhatIsMissing {
  const blind: string[] = [];
  const limitations: Limitation[] = [];
  for (const { programs, since, lost, blind: families } of PROGRAM_NEEDS) {
    const gone = programs.filter((program) => missing.includes(program));
    if (gone.length === 0) continue;
    blind.push(...families);
    const said = gone.flatMap((program) => refused[program] ?? []);
    const why = said.length > 0 ? ` (${said.join('; ')})` : '';
    limitations.push({
      code: 'COLLECT-2001',
      reason: `eBPF: without ${lost}, since this kernel does not take ${gone.join(', ')}${why}`,
      remedy: remedyFor(release, since, said.length > 0),
    });
  }
  return { blind, limitations };
}

function remedyFor(release: string, since: string, isRefused: boolean): string {
  if (!isSince(release, since)) return `Linux ${since} or newer has what they attach to.`;
  return isRefused
    ? `Linux ${release} should take them: report it, with what the kernel said.`
    : `Linux ${release} was built without what they attach to; kernels of distributions have it.`;
}
