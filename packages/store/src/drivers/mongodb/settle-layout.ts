import type { Db } from 'mongodb';
import { type Collections, type Layout, SAMPLES } from './documents.js';

/** How the samples of a native store are laid out; never changed afterwards. */
const TIME_SERIES = Object.freeze({
  timeField: 'ts',
  metaField: 'meta',
  granularity: 'seconds' as const,
});

/**
 * Decides once how a database keeps samples, and remembers it. Only what `listCollections` says
 * of the collection counts: servers accept `timeseries` in `create`, and even list it among the
 * options, that make an ordinary collection of it.
 */
export async function settleLayout(
  db: Db,
  { format, samples }: Pick<Collections, 'format' | 'samples'>,
  options: {
    readonly create: boolean;
    readonly wanted: 'auto' | Layout;
    readonly version: number;
  },
): Promise<Layout> {
  const found = await format.findOne({ _id: 'format' });
  if (found) return found.layout;
  if (!options.create) return 'bucketed';
  const layout = options.wanted === 'bucketed' ? 'bucketed' : await tryNative(db, options.wanted);
  const settled = await format.findOneAndUpdate(
    { _id: 'format' },
    { $setOnInsert: { version: options.version, layout } },
    { upsert: true, returnDocument: 'after' },
  );
  if (layout === 'bucketed' && options.wanted === 'auto' && !(await samples.findOne({}))) {
    await samples.drop();
  }
  return settled?.layout ?? layout;
}

async function tryNative(db: Db, wanted: 'auto' | 'native'): Promise<Layout> {
  // A server without time series refuses; one where another process was faster says it exists.
  await db.createCollection(SAMPLES, { timeseries: TIME_SERIES }).catch(() => undefined);
  const [listed] = await db.listCollections({ name: SAMPLES }).toArray();
  return listed?.type === 'timeseries' || wanted === 'native' ? 'native' : 'bucketed';
}
