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
 * @param release of the kernel, as `uname -r` has it.
 */
export function whatIsMissing(missing: readonly string[], release: string): WhatIsMissing {
  const blind: string[] = [];
  const limitations: Limitation[] = [];
  for (const { programs, since, lost, blind: families } of PROGRAM_NEEDS) {
    const refused = programs.filter((program) => missing.includes(program));
    if (refused.length === 0) continue;
    blind.push(...families);
    limitations.push({
      code: 'COLLECT-2001',
      reason: `eBPF: without ${lost}, since this kernel does not take ${refused.join(', ')}`,
      remedy: isSince(release, since)
        ? `Linux ${release} is new enough: it was built without what they attach to, or refuses them, which is worth a report.`
        : `Linux ${since} or newer has what they attach to.`,
    });
  }
  return { blind, limitations };
}
