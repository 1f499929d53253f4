import {
  type CollectorOptions,
  type MeasuringBackend,
  type OpenOptions,
  parseCollectorOptions,
} from './collector-options.js';
import { openDtrace } from './dtrace/open-dtrace.js';
import { openEbpf } from './ebpf/open-ebpf.js';
import { collectorErrors } from './errors.js';
import type { OpenBackend } from './open-backend.js';
import { openProcfs } from './procfs/open-procfs.js';
import { startRecipes } from './recipes/start-recipes.js';
import type { Limitation, SampleSource } from './sample-source.js';

/** Every backend that measures, the best first. */
const BACKENDS: readonly (readonly [MeasuringBackend, OpenBackend])[] = [
  ['ebpf', openEbpf],
  ['procfs', openProcfs],
  ['dtrace', openDtrace],
];

/**
 * Opens the best backend that runs here, or the one asked for. The description of what was
 * opened says which better ones were passed over, and why.
 * @throws COLLECT-1001 on options that are wrong; COLLECT-2001 where the backend asked for, and
 * COLLECT-2002 where none, can run here; COLLECT-1002 and COLLECT-2005 on recipes that cannot be
 * used or do not run.
 */
export async function openCollector(options: CollectorOptions = {}): Promise<SampleSource> {
  const parsed = parseCollectorOptions(options);
  const wanted = BACKENDS.filter(([name]) => parsed.backend === 'auto' || parsed.backend === name);
  const readers = await startRecipes(parsed);
  try {
    const passedOver: Limitation[] = [];
    for (const [, open] of wanted) {
      const opened = await open({ ...parsed, readers }, passedOver);
      if (opened.source) return opened.source;
      passedOver.push(opened.limitation);
    }
    throw refusal(parsed, passedOver);
  } catch (cause) {
    for (const reader of readers) await reader.close();
    throw cause;
  }
}

function refusal(options: OpenOptions, limitations: readonly Limitation[]) {
  const reasons = limitations.map((limitation) => limitation.reason).join('; ');
  const details = { backend: options.backend, limitations };
  const first = limitations[0];
  const context = first ? { details, remedy: first.remedy } : { details };
  return options.backend === 'auto'
    ? collectorErrors.make('COLLECT-2002', `no backend can run here: ${reasons}`, context)
    : collectorErrors.make(
        'COLLECT-2001',
        `the backend ${options.backend} cannot run here: ${reasons || 'it is not part of this build'}`,
        context,
      );
}
