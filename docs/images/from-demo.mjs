// Remakes the pictures of docs/how-it-learns.md from the report of the demo:
//   node_modules/.bin/ethogram demo --out /tmp/story && node docs/images/from-demo.mjs /tmp/story
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Section of the report, which of its pictures, and the file that it becomes. */
const PICTURES = [
  ['scores', 0, 'demo-scores.svg'],
  ['modes', 0, 'demo-modes.svg'],
  ['distributions', 0, 'demo-sizes.svg'],
];

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('expected the folder that the demo wrote');
const page = readFileSync(join(folder, 'report.html'), 'utf8');
const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1];
if (!style) throw new Error('the report has no style');

for (const [id, index, name] of PICTURES) {
  const section = new RegExp(`<section id="${id}"[\\s\\S]*?</section>`).exec(page)?.[0] ?? '';
  const picture = section.match(/<svg[\s\S]*?<\/svg>/g)?.[index];
  if (!picture) throw new Error(`the report has no picture ${index} in ${id}`);
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(picture) ?? [];
  // On its own a picture needs the colours of the page and paper under it.
  const paper = `<style>${style}</style><rect width="${width}" height="${height}" fill="var(--paper)"/>`;
  writeFileSync(
    new URL(name, import.meta.url),
    `${picture.replace(/(<svg[^>]*>)/, (open) => `${open}${paper}`)}\n`,
  );
}
for (const [from, to] of [
  ['graph-1-idle.svg', 'demo-graph-idle.svg'],
  ['graph-3-under-load.svg', 'demo-graph-load.svg'],
]) {
  writeFileSync(new URL(to, import.meta.url), readFileSync(join(folder, from)));
}
