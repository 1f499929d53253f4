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
    evaluator: besideThis('alarm-evaluator'),
    reader: uri.startsWith('memory:') ? null : { module: besideThis('window-reader'), place },
  };
}

/** URL of the module of the kernels on Eigen; null, with a word why, where they don't load. */
export function findKernels(notices: Pick<CommandContext['notices'], 'note'>): string | null {
  const loaded = loadKernels();
  if (loaded.addon) return besideThis('native-kernels');
  notices.note(`learning in TypeScript, which takes longer: ${loaded.reason}`);
  return null;
}

/** URL of a module beside this one, compiled or not as this one is. */
function besideThis(name: string): string {
  const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./${name}.${suffix}`, import.meta.url).href;
}
