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
 * @throws CLI-1001 naming what does not go together.
 */
export function assertOptionsAgree(options: BackendValues): void {
  const { backend, fromRecording, speed, recipe, latency } = options;
  const replays = backend === 'replay';
  const expect = (agrees: boolean, expected: string): void => {
    if (agrees) return;
    throw cliErrors.make('CLI-1001', `expected ${expected}, found --backend ${backend}`);
  };
  expect(fromRecording === undefined || replays, '--backend replay with --from-recording');
  expect(speed === 1 || replays, '--backend replay with --speed');
  expect(recipe.length === 0 || !replays, 'a backend that measures with --recipe');
  expect(!latency || ['auto', 'ebpf'].includes(backend), '--backend ebpf or auto with --latency');
}
