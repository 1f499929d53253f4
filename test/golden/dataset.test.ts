import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FOLDER = new URL('../../datasets/', import.meta.url);

/** The recordings that ship: one folder each. */
const names = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test('a recording ships', () => expect(names).toContain('web-story'));

test.each(names)('%s is the bytes that its checksums name', (name) => {
  const folder = new URL(`${name}/`, FOLDER);
  const lines = readFileSync(new URL('SHA256SUMS', folder), 'utf8').trim().split('\n');
  const listed = lines.map((line) => line.split(/\s+\*?/) as [string, string]);
  expect(listed.map(([, file]) => file)).toContain(`${name}.parquet`);
  for (const [sum, file] of listed) {
    const found = createHash('sha256').update(readFileSync(new URL(file, folder)));
    expect(found.digest('hex'), file).toBe(sum);
  }
});
