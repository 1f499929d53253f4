import type { OpenOptions } from './collector-options.js';
import type { Limitation, SampleSource } from './sample-source.js';

/** What opening a backend gives: the source, or why it cannot run here (which is no error). */
export type Opened =
  | { readonly source: SampleSource }
  | { readonly source?: never; readonly limitation: Limitation };

/**
 * Opens one backend.
 * @param passedOver why better ones cannot run; stands in the source's description.
 */
export type OpenBackend = (
  options: OpenOptions,
  passedOver: readonly Limitation[],
) => Promise<Opened>;
