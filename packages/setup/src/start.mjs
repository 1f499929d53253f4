import { mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { prepare } from './prepare.mjs';
import { ROOT, run, say, step } from './terminal.mjs';

const ETHOGRAM = join(ROOT, 'node_modules/.bin/ethogram');
const NAME = 'quickstart';
const RECORD_SECONDS = 90;
const SHORTEST_SECONDS = 5;
const SCORE_SECONDS = 10;
/** Ticks to learn from where they are a second each; a shorter recording has shorter ones. */
const TICKS = 90;
const SHORTEST_TICK_MS = 100;
const OUT = join(ROOT, 'quickstart');

/** Ends the program with the exit code of what failed. */
class Failure extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * The first command of the README: sets up, then records, learns, scores and draws this very
 * host. `--seconds N` records for so long instead of 90, in ticks of less than a second where that
 * is shorter; `--out FOLDER` is where the pictures go. Other arguments go to every `ethogram` call,
 * so that `-- --store mongodb://…` chooses the store.
 */
async function main({ seconds, out, others }) {
  await prepare();
  mkdirSync(out, { recursive: true });
  const file = (name) => shown(join(out, name));
  const model = file('model.json');
  const recording = `${NAME}-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  const tickMs = Math.max(SHORTEST_TICK_MS, Math.round((seconds * 1000) / TICKS));
  const pace = tickMs < 1000 ? ['--interval', `${tickMs}ms`] : [];

  step(`Recording this host for ${seconds} s`);
  await ethogram('record', '--duration', `${seconds}s`, '--recording', recording, ...pace);
  step('Learning how it behaves');
  await ethogram('train', '--recording', recording, '--name', NAME, '--out', model);
  const scored = Math.min(SCORE_SECONDS, seconds);
  step(`Scoring it live for ${scored} s`);
  await ethogram('score', '--model', model, '--live', '--duration', `${scored}s`, ...pace);
  step('Drawing who depends on whom');
  for (const format of ['json', 'dot', 'svg']) {
    await ethogram('graph', '--model', model, '--format', format, '--out', file(`graph.${format}`));
  }
  const report = file('report.html');
  await ethogram('report', '--model', model, '--recording', recording, '--out', report);
  step('What was learned');
  await ethogram('models', 'show', model, '--step', 'summary');
  // The store's URI may hold a password: it is not printed again.
  const same = others.length > 0 ? ', with the same --store' : '';
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
    const { code } = await run(ETHOGRAM, [...args, '--output', 'table', ...others]);
    if (code !== 0) {
      throw new Failure(`\`ethogram ${args[0]}\` ended with exit code ${code}`, code);
    }
  }
}

/** A path as `ethogram` is given it, which runs in the checkout: short where it lies in there. */
function shown(path) {
  const inside = relative(ROOT, path);
  return inside.startsWith('..') ? path : inside;
}

/** Takes what is meant for us out of the arguments. */
function readArguments(args) {
  const found = { seconds: RECORD_SECONDS, out: OUT, others: [] };
  const left = [...args];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    const [, name, inline] = /^--(seconds|out)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined) found.others.push(arg);
    else if (name === 'out') found.out = resolve(readValue(name, inline ?? left.shift()));
    else found.seconds = secondsOf(readValue(name, inline ?? left.shift()));
  }
  return found;
}

function readValue(name, value) {
  if (value) return value;
  throw new Failure(`--${name}: expected a value, found none`, 2);
}

function secondsOf(text) {
  const seconds = Number(text);
  if (Number.isSafeInteger(seconds) && seconds >= SHORTEST_SECONDS) return seconds;
  throw new Failure(
    `--seconds: expected a whole number of ${SHORTEST_SECONDS} or more, found "${text}"`,
    2,
  );
}

try {
  await main(readArguments(process.argv.slice(2)));
} catch (error) {
  say(`\nstart: ${error.message}`);
  process.exitCode = error.exitCode ?? 1;
}
