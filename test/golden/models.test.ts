import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Model, parseModel } from '@ethogram/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ethogram } from '../e2e/binary.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NAMES = ['web-quiet', 'web-shop'] as const;
const WITHIN = 1e-6;
/** Numbers whose text differs by how a matrix is packed: compared as matrices elsewhere. */
const PACKED = 'data';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-models-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const committed = (name: string): string => readFileSync(join(ROOT, 'models', name), 'utf8');
const made = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('the example models', () => {
  beforeAll(() => {
    execFileSync(process.execPath, [join(ROOT, 'models/make.mjs'), '--out', folder], {
      stdio: 'pipe',
    });
  });

  test.each(NAMES)('%s is what `npm run models` makes of the shipped recording', (name) => {
    const file = `${name}.json`;
    if (made('made-with.json') === committed('made-with.json')) {
      expect(made(file) === committed(file), 'run `npm run models` and look at the diff').toBe(
        true,
      );
      return;
    }
    process.stderr.write(
      `Models were made on ${committed('made-with.json')}: compared by number.\n`,
    );
    const far = differences(parseModel(made(file)), parseModel(committed(file)));
    expect(far.slice(0, 5)).toEqual([]);
  });

  test('say of themselves what models/README.md says of them', () => {
    const [quiet, shop] = NAMES.map((name) => parseModel(committed(`${name}.json`)));
    expect([quiet?.regime, shop?.regime]).toEqual(['provisional', 'short']);
    expect(shop?.parent).toBe(quiet?.id);
    expect(Math.round(((shop?.window.to ?? 0) - (shop?.window.from ?? 0)) / 60_000)).toBe(66);
    expect(shop?.graph?.observed.length).toBeGreaterThan(0);
  });

  test('are taken by the commands that models/README.md shows', async () => {
    const page = committed('README.md');
    const lines = [...page.matchAll(/^ethogram (.* models\/web-.*)$/gm)]
      .map((match) => match[1] ?? '')
      .filter((line) => !line.startsWith('score'));
    expect(lines.length).toBe(5);
    for (const line of lines) {
      const args = line
        .split(' ')
        .map((arg) => (arg.startsWith('models/') ? join(ROOT, arg) : arg));
      const { code, stdout, stderr } = await ethogram(...args);
      expect(code, stderr).toBe(0);
      expect(stdout.length).toBeGreaterThan(100);
    }
  });
});

/** Places at which two models differ by more than the bound, ids and hashes apart. */
function differences(a: unknown, b: unknown, place = ''): readonly string[] {
  const key = place.split('.').at(-1) ?? '';
  if (['id', 'contentHash', 'parent', PACKED].includes(key)) return [];
  if (typeof a === 'number' && typeof b === 'number') {
    const scale = Math.max(1, Math.abs(a), Math.abs(b));
    return Math.abs(a - b) <= WITHIN * scale ? [] : [`${place}: ${a}, ${b}`];
  }
  if (a !== null && b !== null && typeof a === 'object' && typeof b === 'object') {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].flatMap((name) =>
      differences(
        (a as Record<string, unknown>)[name],
        (b as Record<string, unknown>)[name],
        `${place}.${name}`,
      ),
    );
  }
  return a === b ? [] : [`${place}: ${String(a)}, ${String(b)}`];
}

test('two models that differ in one number are told apart', () => {
  const model: Model = parseModel(committed('web-quiet.json'));
  expect(differences(model, model)).toEqual([]);
  expect(differences(model, { ...model, ticks: model.ticks + 1 })).toHaveLength(1);
});
