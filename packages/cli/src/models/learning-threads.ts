import type { TrainHooks } from '@ethogram/learn';
import { loadKernels } from '@ethogram/native';
import type { ReadQuery } from '@ethogram/store';
import type { CommandContext } from '../command.js';
import { storeLocation } from '../store-location.js';
import type { WindowPlace } from './window-reader.js';

/**
 * What the worker threads of a training load: the kernels on Eigen, a reader of the store of their
 * own, and the alarm logic. Says so where the kernels cannot be loaded. A store in memory is
 * nowhere but in its own thread, and is read there.
 */
export function learningThreads(
  { globals, notices, terminal }: Pick<CommandContext, 'globals' | 'notices' | 'terminal'>,
  query: ReadQuery,
): Pick<TrainHooks, 'kernels' | 'reader' | 'evaluator'> {
  const uri = storeLocation(globals, terminal);
  const place: WindowPlace = { uri, query };
  return {
    kernels: findKernels(notices),
    evaluator: new URL('./alarm-evaluator.js', import.meta.url).href,
    reader: uri.startsWith('memory:')
      ? null
      : { module: new URL('./window-reader.js', import.meta.url).href, place },
  };
}

/** URL of the module of the kernels on Eigen; null, with a word why, where they don't load. */
export function findKernels(notices: Pick<CommandContext['notices'], 'note'>): string | null {
  const loaded = loadKernels();
  // Tests run from TypeScript, and without threads: of these modules they load this one alone.
  const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  if (loaded.addon) return new URL(`./native-kernels.${suffix}`, import.meta.url).href;
  notices.note(`learning in TypeScript, which takes longer: ${loaded.reason}`);
  return null;
}
