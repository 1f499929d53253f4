import { hostname } from 'node:os';
import type { SampleSource } from '@ethogram/collector';
import type { CommandContext } from '../command.js';
import { storeLocation } from '../store-location.js';
import { assertOptionsAgree } from './assert-options-agree.js';
import type { CollectValues } from './collect-options.js';
import { privilegeSteps } from './privileges.js';

/**
 * The first thing that a command which measures does, before it opens the store or listens: what
 * needs a privilege is loaded, and all of them are given up.
 * @returns the source; nothing where a recording is to be replayed.
 * @throws COLLECT-2001 or COLLECT-2002 where nothing can measure here; COLLECT-2006 where a
 * privilege stays; CLI-1001 and CLI-1002 where options do not go together.
 */
export async function startMeasuring(
  context: Pick<CommandContext, 'clock' | 'globals' | 'terminal' | 'notices' | 'given'>,
  options: CollectValues,
): Promise<SampleSource | undefined> {
  assertOptionsAgree(options, context.given);
  const { clock, globals, terminal, notices } = context;
  const uri = storeLocation(globals, terminal);
  const privileges = privilegeSteps(options, uri, (who) => notices.note(`going on as ${who}`));
  const { backend } = options;
  if (backend === 'replay') {
    privileges.afterLoading();
    return undefined;
  }
  const { keepMemorySmall, openCollector } = await import('@ethogram/collector');
  // Before anything is loaded: a young generation that has grown hardly ever shrinks.
  keepMemorySmall();
  return openCollector({
    backend,
    intervalMs: options.interval,
    group: options.group,
    maxSources: options.maxSources,
    latency: options.latency,
    kernelMemory: options.kernelMemory,
    host: hostname(),
    recipes: options.recipe,
    clock,
    privileges,
    ...(options.match === undefined ? {} : { match: options.match }),
  });
}
