import { readFileSync } from 'node:fs';

/** The exact versions of the numerical libraries that a model is made with, by name. */
export function libraryVersions(): Record<string, string> {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const manifest: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(text);
  return Object.fromEntries(
    Object.entries(manifest.dependencies)
      .filter(([name]) => !name.startsWith('@ethogram/'))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
