import { platform } from 'node:process';
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

/** A backend, and whether it needs privileges to be opened. */
interface Backend {
  readonly name: MeasuringBackend;
  readonly open: OpenBackend;
  readonly needsPrivileges: boolean;
}

/** Every backend that measures, the best first. */
const BACKENDS: readonly Backend[] = [
  { name: 'ebpf', open: openEbpf, needsPrivileges: true },
  { name: 'dtrace', open: openDtrace, needsPrivileges: true },
  { name: 'procfs', open: openProcfs, needsPrivileges: false },
];

/**
 * Opens the best backend that runs here, or the one asked for. The description of what was
 * opened says which better ones were passed over, and why.
 * @throws COLLECT-1001 on options that are wrong; COLLECT-2001 where the backend asked for, and
 * COLLECT-2002 where none, can run here; COLLECT-1002 and COLLECT-2005 on recipes that cannot be
 * used or do not run; what `privileges` throws.
 */
export async function openCollector(options: CollectorOptions = {}): Promise<SampleSource> {
  const parsed = parseCollectorOptions(options);
  const wanted = BACKENDS.filter(({ name }) =>
    // What Linux has is better than DTrace, and it has none.
    parsed.backend === 'auto' ? name !== 'dtrace' || platform !== 'linux' : parsed.backend === name,
  );
  const readers = await startRecipes(parsed);
  try {
    const passedOver: Limitation[] = [];
    parsed.privileges.beforeLoading();
    for (const { open, needsPrivileges } of wanted) {
      if (!needsPrivileges) parsed.privileges.afterLoading();
      const opened = await open({ ...parsed, readers }, passedOver);
      if (opened.source && needsPrivileges) await surrender(opened.source, parsed);
      if (opened.source) return opened.source;
      passedOver.push(opened.limitation);
    }
    throw refusal(parsed, passedOver);
  } catch (cause) {
    for (const reader of readers) await reader.close();
    throw cause;
  }
}

/** A process that cannot give up its privileges shall not go on with them. */
async function surrender(source: SampleSource, { privileges }: OpenOptions): Promise<void> {
  try {
    privileges.afterLoading();
  } catch (cause) {
    await source.close();
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
