import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Scene } from './scene.js';

/**
 * Reads a scene from a folder: `series.csv.gz` (a time column, then a column per source),
 * `truth.csv` (`source,target,…`), and where they are there `nodes.csv` (`node,role,group`) and
 * `meta.json` (`hidden_pairs`). Sources named `dev…` or `disk…` are devices.
 */
export function readScene(folder: string, name: string): Scene {
  const table = rows(gunzipSync(readFileSync(join(folder, 'series.csv.gz'))).toString());
  const names = (table[0] ?? []).slice(1);
  const index = new Map(names.map((source, i) => [source, i] as const));
  const at = (source: string): number => {
    const i = index.get(source);
    if (i === undefined) throw new RangeError(`${folder}: expected a series of ${source}`);
    return i;
  };
  const activity = names.map((_, i) =>
    Float64Array.from(table.slice(1), (row) => Number(row[i + 1])),
  );
  const truth = rows(readFileSync(join(folder, 'truth.csv'), 'utf8'))
    .slice(1)
    .map(([from = '', to = '']) => [at(from), at(to)] as const);
  const groups = names.map((): string | null => null);
  const nodes = join(folder, 'nodes.csv');
  if (existsSync(nodes)) {
    for (const [source = '', , group = 'none'] of rows(readFileSync(nodes, 'utf8')).slice(1)) {
      groups[at(source)] = group === 'none' ? null : group;
    }
  }
  return {
    name,
    names,
    kinds: names.map((source) => (/^(dev|disk)/.test(source) ? 'device' : 'process')),
    activity,
    truth,
    hidden: hiddenPairs(join(folder, 'meta.json')).map(([a, b]) => [at(a), at(b)] as const),
    groups,
  };
}

function hiddenPairs(file: string): (readonly [string, string])[] {
  if (!existsSync(file)) return [];
  const meta: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const list =
    typeof meta === 'object' && meta !== null && 'hidden_pairs' in meta && meta.hidden_pairs;
  if (!Array.isArray(list)) return [];
  return list.map((pair: unknown) => {
    const [a, b] = Array.isArray(pair) ? pair : [];
    if (typeof a === 'string' && typeof b === 'string') return [a, b] as const;
    throw new TypeError(`${file}: expected pairs of names, found ${JSON.stringify(pair)}`);
  });
}

function rows(text: string): string[][] {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
}
