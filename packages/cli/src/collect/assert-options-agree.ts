import { cliErrors } from '../errors.js';
import type { CollectValues } from './collect-options.js';

/** The options that only some backends follow. */
type BackendValues = Pick<
  CollectValues,
  'backend' | 'fromRecording' | 'speed' | 'recipe' | 'latency'
>;

/**
 * Refuses options that the backend asked for would pass over: who names a recording to replay shall
 * not get this host into it.
 * @param given keys of the flags that were typed
 * @throws CLI-1001 naming what does not go together.
 */
export function assertOptionsAgree(options: BackendValues, given: ReadonlySet<string>): void {
  const { backend, fromRecording, speed, recipe, latency } = options;
  const replays = backend === 'replay';
  const expect = (agrees: boolean, expected: string): void => {
    if (agrees) return;
    throw cliErrors.make('CLI-1001', `expected ${expected}, found --backend ${backend}`);
  };
  // A variable, or a key of the config file, may be meant for other runs of the command.
  const isReplayed = fromRecording === undefined || replays || !given.has('fromRecording');
  expect(isReplayed, '--backend replay with --from-recording');
  expect(speed === 1 || replays || !given.has('speed'), '--backend replay with --speed');
  const runs = recipe.length === 0 || !replays || !given.has('recipe');
  expect(runs, 'a backend that measures with --recipe');
  const measures = ['auto', 'ebpf'].includes(backend) || !given.has('latency');
  expect(!latency || measures, '--backend ebpf or auto with --latency');
}
