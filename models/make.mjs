// `npm run models [-- --out FOLDER]`: remakes the example models from the shipped recording. Takes
// half a minute; needs a built checkout and no privilege.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { train } from '@ethogram/learn';
import { serialiseModel } from '@ethogram/model';
import { countIncidents } from '@ethogram/score';
import { importInto, openStore } from '@ethogram/store';

const HERE = fileURLToPath(new URL('./', import.meta.url));
const DATASET = fileURLToPath(new URL('../datasets/web-story/', import.meta.url));
const RECORDING = 'web-story';
const SEED = 1;

const { values: flags } = parseArgs({ options: { out: { type: 'string', default: HERE } } });
const labels = JSON.parse(readFileSync(join(DATASET, 'labels.json'), 'utf8'));
const begins = (kind) =>
  Math.min(...labels.filter((label) => label.kind === kind).map(({ from }) => Date.parse(from)));

const store = await openStore('memory:', { mode: 'write' });
await importInto(store.samples, RECORDING, [join(DATASET, 'web-story.parquet')], {});
const [info] = await store.samples.recordings();
const started = begins('service start');

/** Both end before anything misbehaves; the second one follows the first, as an update would. */
const quiet = await learn('web-quiet', info.from, started, null);
const shop = await learn('web-shop', started, begins('misbehaviour'), quiet.id);
await store.close();

mkdirSync(flags.out, { recursive: true });
for (const model of [quiet, shop]) {
  writeFileSync(join(flags.out, `${model.name}.json`), serialiseModel(model));
}
// Numbers are the same to the bit only where these are.
const madeWith = { node: process.versions.node.split('.')[0], architecture: process.arch };
writeFileSync(join(flags.out, 'made-with.json'), `${JSON.stringify(madeWith)}\n`);

function learn(name, from, to, parent) {
  const read = (range = { from, to }) => store.samples.read({ recording: RECORDING, range });
  const options = { name, window: { from, to, exclude: [] }, seed: SEED, parent };
  return train(read, options, { evaluate: countIncidents });
}
