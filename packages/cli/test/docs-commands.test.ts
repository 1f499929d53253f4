import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { commands } from '../src/commands.js';
import { globalOptions } from '../src/options/global-options.js';
import { resolveOptions } from '../src/options/resolve-options.js';
import { parseCommandLine } from '../src/parse-command-line.js';
import { FakeStream } from './fake-terminal.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Every page that a reader is led to. */
const pages = ['README.md', 'CONTRIBUTING.md', ...markdownIn('docs'), ...markdownIn('datasets')]
  // Chapters of docs/benchmarks.md, where their links lead from.
  .filter((page) => !page.startsWith('docs/benchmarks/'));

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
    .sort();
}

/** The calls of the program in the shell blocks of a page, as words. */
function callsIn(page: string): string[][] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const fences = [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)];
  const blocks = fences
    .filter(([, language = '']) => ['', 'sh', 'console'].includes(language))
    .map(([, , block = '']) => block);
  return blocks
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => /^(?:\$ |EVENT=\$\()?(?:node_modules\/\.bin\/)?ethogram (.*)$/.exec(line)?.[1])
    .filter((line) => line !== undefined)
    .map(words);
}

/** Splits as a shell does, as far as our pages go, up to a pipe, a redirection or a comment. */
function words(line: string): string[] {
  const found = line.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  const end = found.findIndex((word) => /^([|<>&#]|\d>|\|\|)/.test(word));
  return (end < 0 ? found : found.slice(0, end)).map((word) => word.replace(/^["']|["']$/g, ''));
}

describe.each(pages)('%s', (page) => {
  test('calls the program with commands, options and values that exist', () => {
    for (const argv of callsIn(page)) {
      const quiet = { stdout: new FakeStream(), stderr: new FakeStream() };
      const line = `ethogram ${argv.join(' ')}`;
      const selection = parseCommandLine(commands, argv, quiet);
      if (!selection) continue;
      const { command, flags, globalFlags } = selection;
      expect(
        () =>
          resolveOptions(command.options, [command.name], { flags, env: {}, config: undefined }),
        line,
      ).not.toThrow();
      expect(
        () => resolveOptions(globalOptions, [], { flags: globalFlags, env: {}, config: undefined }),
        line,
      ).not.toThrow();
    }
  });

  test('leads nowhere that is not there', () => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
      expect(existsSync(file), `${page} links to ${target}`).toBe(true);
      if (anchor) expect(anchorsIn(file), `${page} links to ${target}`).toContain(anchor);
    }
  });
});

test('there are calls to check: the pages are read as they are written', () => {
  expect(pages.flatMap(callsIn).length).toBeGreaterThan(60);
});

/** Anchors as code hosts make them of headings, and those that a page sets itself. */
function anchorsIn(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/```[\s\S]*?```/g, '');
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id)];
}
