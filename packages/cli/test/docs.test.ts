import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MODEL_SCHEMA, modelJsonSchema, READABLE_SCHEMAS } from '@ethogram/model';
import { afterAll, describe, expect, test } from 'vitest';
import { commands } from '../src/commands.js';
import { cliReference } from '../src/docs/cli-reference.js';
import { errorCatalogue, errorReference } from '../src/docs/error-reference.js';
import { run } from './fake-terminal.js';

const docs = new URL('../../../docs/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'ethogram-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const read = (name: string) => readFileSync(new URL(name, docs), 'utf8');

describe('generated documentation', () => {
  test('docs/cli.md is what `npm run docs` writes', () => {
    expect(read('cli.md')).toBe(cliReference(commands));
  });

  test('the config file in docs/cli.md is a good one', async () => {
    const example = /```toml\n([\s\S]*?)```/.exec(read('cli.md'))?.[1] ?? '';
    const file = join(folder, 'config.toml');
    writeFileSync(file, example);
    const { code, stdout, stderr } = await run(['config', 'check', file]);
    expect([code, stderr]).toEqual([0, `${file}: ok\n`]);
    expect(stdout.trim().split('\n')).toHaveLength(3);
  });

  test('docs/errors.md is what `npm run docs` writes', async () => {
    expect(read('errors.md')).toBe(errorReference(await errorCatalogue()));
  });

  test('docs/model.schema.json is what `npm run docs` writes', () => {
    expect(JSON.parse(read('model.schema.json'))).toEqual(
      JSON.parse(JSON.stringify(modelJsonSchema())),
    );
  });

  test('docs/model-format.md names every schema version and every field of a model', () => {
    const page = read('model-format.md');
    for (const schema of READABLE_SCHEMAS) expect(page).toContain(`\`${schema}\``);
    expect(page).toContain(`\`${MODEL_SCHEMA}\` (the present one)`);
    const { properties } = modelJsonSchema() as { properties: Record<string, unknown> };
    const cells = [...page.matchAll(/^\| (`[^|]+) \|/gm)].map((match) => match[1] ?? '');
    const listed = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((m) => m[1]));
    expect(listed).toEqual(expect.arrayContaining(Object.keys(properties)));
  });

  test('every error code has a remedy, an exit code, and the form PREFIX-NNNN', async () => {
    const catalogue = await errorCatalogue();
    expect(catalogue.size).toBeGreaterThan(30);
    for (const [code, kind] of catalogue) {
      expect(code).toMatch(/^[A-Z]+-\d{4}$/);
      expect(kind.remedy.length, code).toBeGreaterThan(10);
      expect([1, 2, 4, 5, 6], code).toContain(kind.exitCode);
    }
  });
});
