import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { prepare } from './prepare.mjs';
import { ROOT, run, say, step } from './terminal.mjs';

const ETHOGRAM = join(ROOT, 'node_modules/.bin/ethogram');
const NAME = 'quickstart';
const RECORD_SECONDS = 90;
const SCORE_SECONDS = 10;
const OUT = join(ROOT, 'quickstart');

/**
 * The first command of the README: sets up, then records, learns, scores and draws this very
 * host. Arguments go to every `ethogram` call, so `-- --store mongodb://…` chooses the store.
 */
async function main(storeArguments) {
  await prepare();
  mkdirSync(OUT, { recursive: true });
  const file = (name) => relative(process.cwd(), join(OUT, name));
  const model = file('model.json');
  const recording = `${NAME}-${new Date().toISOString().replace(/[:.]/g, '-')}`;

  step(`Recording this host for ${RECORD_SECONDS} s`);
  await ethogram('record', '--duration', `${RECORD_SECONDS}s`, '--recording', recording);
  step('Learning how it behaves');
  await ethogram('train', '--recording', recording, '--name', NAME, '--out', model);
  step(`Scoring it live for ${SCORE_SECONDS} s`);
  await ethogram('score', '--model', model, '--live', '--duration', `${SCORE_SECONDS}s`);
  step('Drawing who depends on whom');
  for (const format of ['json', 'dot', 'svg']) {
    await ethogram('graph', '--model', model, '--format', format, '--out', file(`graph.${format}`));
  }
  const report = file('report.html');
  await ethogram('report', '--model', model, '--recording', recording, '--out', report);
  step('What was learned');
  await ethogram('models', 'show', model, '--step', 'summary');
  // The store's URI may hold a password: it is not printed again.
  const same = storeArguments.length > 0 ? ', with the same --store' : '';
  say(`
Files: ${report} and ${file('graph.svg')} (open them in a browser), ${model},
       ${file('graph.dot')}, ${file('graph.json')}
Next, for rates, which need 15 minutes${same}:
  node_modules/.bin/ethogram record --duration 15m --recording more
  node_modules/.bin/ethogram train --recording more --name host
  node_modules/.bin/ethogram score --model host --live
Or leave it running, recording, learning and scoring by itself${same}:
  node_modules/.bin/ethogram run`);

  async function ethogram(...args) {
    say(`$ ethogram ${args.join(' ')}`);
    const { code } = await run(ETHOGRAM, [...args, '--output', 'table', ...storeArguments]);
    if (code !== 0) throw new Error(`\`ethogram ${args[0]}\` ended with exit code ${code}`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(`\nstart: ${error.message}`);
  process.exitCode = 1;
}
