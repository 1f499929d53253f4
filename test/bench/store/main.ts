/**
 * What the stores cost: `npm run bench:store -- [STORE-URI RECORDING] [--hours N]`. Without a
 * recording only the long window is measured. Measures
 * MongoDB where `ETHOGRAM_BENCH_MONGODB_URI` holds `DATABASE` in the place of the database.
 */
import { parseArgs } from 'node:util';
import { type Tick, unpackTicks } from '@ethogram/core';
import { openStore } from '@ethogram/store';
import { measureLongWindow } from './long-window.js';
import { say } from './report.js';
import { measureSizes } from './sizes.js';
import { measureSpeeds } from './speeds.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { hours: { type: 'string', default: '1' } },
});
const [uri, recording] = positionals;
if (uri && recording) {
  const ticks = await load(uri, recording);
  await measureSizes(ticks);
  await measureSpeeds(ticks, mongodb());
} else say('No recording was named: sizes and speeds are not measured.\n');
await measureLongWindow(Number(values.hours));

async function load(from: string, name: string): Promise<Tick[]> {
  const store = await openStore(from, { mode: 'read' });
  const ticks: Tick[] = [];
  for await (const block of store.samples.read({ recording: name })) {
    for (const tick of unpackTicks(block)) ticks.push(tick);
  }
  await store.close();
  return ticks;
}

function mongodb(): { uri: string } | { reason: string } {
  const found = process.env.ETHOGRAM_BENCH_MONGODB_URI;
  return found ? { uri: found } : { reason: 'ETHOGRAM_BENCH_MONGODB_URI is not set' };
}
