import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { EthogramError } from '@ethogram/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../src/formats/timestamp.js';
import {
  type ExportFormat,
  exportBlocks,
  importInto,
  openStore,
  type Store,
} from '../../src/index.js';

const PAGE = new URL('../../../../docs/formats.md', import.meta.url);
const markdown = await readFile(PAGE, 'utf8');

/** A fenced block: what it is, the file that it is the content of, and its text. */
interface Fence {
  readonly language: string;
  readonly file: string | undefined;
  readonly content: string;
}

const fences: readonly Fence[] = [...markdown.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(
  ([, language = '', file, content = '']) => ({ language, file, content }),
);
const examples = fences.flatMap((fence, i) =>
  fence.language === 'sh' ? [{ commands: fence.content, output: fences[i + 1]?.content }] : [],
);

describe('docs/formats.md', () => {
  let folder: string;
  let store: Store;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ethogram-docs-'));
    store = await openStore('memory:', { mode: 'write' });
    for (const { file, content } of fences) {
      if (file !== undefined) await writeFile(join(folder, file), content);
    }
  });
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (line: string): Promise<string> => {
    const [, command, ...args] = line.split(' ');
    const value = (flag: string): string | undefined => {
      const at = args.indexOf(flag);
      return at < 0 ? undefined : args[at + 1];
    };
    const recording = value('--recording') ?? '';
    if (command === 'export') {
      const out = new PassThrough();
      const written = text(out);
      const stepMs = { '10s': 10_000, '1m': 60_000 } as const;
      const step = value('--resolution') as keyof typeof stepMs | undefined;
      const read = () =>
        store.samples.read({ recording, ...(step ? { stepMs: stepMs[step] } : {}) });
      await exportBlocks(read, value('--format') as ExportFormat, out);
      out.end();
      return written;
    }
    const source = value('--source');
    const host = value('--host');
    const start = parseTimestamp(value('--start') ?? '');
    const seconds = /^(\d+)s$/.exec(value('--interval') ?? '')?.[1];
    try {
      await importInto(store.samples, recording, [join(folder, args[0] ?? '')], {
        ...(source === undefined ? {} : { source }),
        ...(host === undefined ? {} : { host }),
        ...(start === undefined ? {} : { startMs: start }),
        ...(seconds === undefined ? {} : { intervalMs: Number(seconds) * 1000 }),
      });
      return '';
    } catch (error) {
      if (!(error instanceof EthogramError)) throw error;
      return `ethogram: ${error.code}: ${error.message.replace(`${folder}/`, '')}\n`;
    }
  };

  it('has examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(6);
  });

  it.each(examples)('shows what comes of $commands', async ({ commands, output }) => {
    let said = '';
    for (const line of commands.trim().split('\n')) said += await run(line);
    expect(said).toBe(output);
  });
});
