import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@ethogram/testkit/bed';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../packages/cli/test/fake-terminal.js';
import { ethogram, jsonLines, start } from '../e2e/binary.js';
import { lockKernel } from '../privileged/kernel-lock.js';
import { whyNoEbpf } from '../privileged/why-no-ebpf.js';
import { HOSTILE_NAMES, type HostileBed, startHostileBed } from './hostile-bed.js';

/** What no output may carry: control characters, reversed text, invisible marks. */
const UNSAFE = /(?!\n)\p{Cc}|\p{Cs}|[\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;
/** What a spreadsheet runs; a number keeps its sign. */
const FORMULA = /^['"]?[=+\-@]/;
const TICKS = 180;
const STEPS = ['summary', 'select', 'clean', 'explore', 'cluster', 'correlate'];

let folder: string;
let store: readonly string[];
let bed: HostileBed;
let metrics = '';
let recorded: Awaited<ReturnType<typeof ethogram>>;
let alerts = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ethogram-hostile-'));
  store = ['--store', `lmdb:${join(folder, 'store')}`];
  bed = await startHostileBed(join(folder, 'bin'));
  const port = await freePort();
  // Whatever it costs on a busy machine: a longer interval would leave too little to learn from.
  const pace = ['--backend', 'procfs', '--interval', '200ms', '--max-cpu', '100%'];
  const service = start([
    ...['run', '--store', `lmdb:${join(folder, 'service')}`, ...pace],
    ...['--metrics-listen', `127.0.0.1:${port}`],
  ]);
  recorded = await ethogram(
    ...['record', ...store, '--recording', 'real', ...pace, '--duration', '16s'],
  );
  metrics = await scrape(port);
  service.child.kill('SIGTERM');
  await service.done;
  writeFileSync(join(folder, 'hostile.ndjson'), imported());
  const done = await run([
    'import',
    join(folder, 'hostile.ndjson'),
    ...store,
    '--recording',
    'made',
  ]);
  expect(done.code, done.stderr).toBe(0);
  for (const name of ['real', 'made']) {
    const model = join(folder, `${name}.json`);
    const range = name === 'made' ? ['--to', at(TICKS - 30)] : [];
    const trained = await run(['train', ...store, '--recording', name, ...range, '--out', model]);
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stdout + trained.stderr).not.toMatch(UNSAFE);
  }
  const scored = await run([
    ...['score', ...store, '--model', 'made', '--recording', 'made', '-o', 'jsonl'],
  ]);
  expect(scored.code, scored.stderr).toBe(0);
  alerts = scored.stdout;
}, 300_000);

afterAll(async () => {
  await bed?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const at = (seconds: number) => new Date(Date.UTC(2026, 4, 1) + seconds * 1000).toISOString();

/** Names that no file system would take, as an imported recording brings them, and a call of a new kind at the end. */
function imported(): string {
  const names = [...HOSTILE_NAMES, 'a/b\u0000c\ttab', '\u2028line\u200binvisible', '=1/=2'];
  const lines: string[] = [];
  for (let second = 0; second < TICKS; second++) {
    for (const [index, name] of names.entries()) {
      const source = { host: '=host"}<b>\u202e`', kind: 'process', name };
      const value = 20 + ((second * (index + 3)) % 7);
      const row = { ts: at(second), source, value };
      lines.push(JSON.stringify({ ...row, metric: 'syscall.read.calls' }));
      lines.push(JSON.stringify({ ...row, metric: '=evil"}\n\u001b[2J\u202e<b>' }));
      if (second < TICKS - 15) continue;
      lines.push(JSON.stringify({ ...row, metric: 'syscall.ptrace.calls' }));
    }
  }
  return `${lines.join('\n')}\n`;
}

async function scrape(port: number): Promise<string> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
    const text = (await response?.text()) ?? '';
    if (text.includes('SUM(1)')) return text;
    await delay(200);
  }
  return '';
}

/** Fields by RFC 4180. */
function cells(csv: string): readonly string[] {
  return [...csv.matchAll(/(?:^|,|\n)(?:"((?:[^"]|"")*)"|([^",\n]*))/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  );
}

describe('a host whose programs have hostile names', () => {
  /** Checks that each has a source of its own. */
  async function everyName(recording: string): Promise<void> {
    const { stdout } = await run(['sources', ...store, '--recording', recording, '-o', 'jsonl']);
    const sources = jsonLines<{ source: string }>(stdout).map(({ source }) => source);
    const clean = (name: string) => name.replace(/[\p{Cc}\u202e]/gu, '?');
    for (const name of HOSTILE_NAMES) {
      // Where the executable may not be looked at, the name is the comm: 15 bytes.
      const comm = Buffer.from(name).subarray(0, 15).toString();
      expect(
        sources.some((s) => s.endsWith(clean(name)) || s.endsWith(`:${clean(comm)}`)),
        `${JSON.stringify(name)} among ${sources.join('\n')}`,
      ).toBe(true);
    }
    if (bed.hasUnit) expect(stdout).toContain('<b>?[2J?|`=1.service');
  }

  test('is recorded by procfs, every one of them, without control characters', async () => {
    expect(recorded.code, recorded.stderr).toBe(0);
    await everyName('real');
  });

  test('is recorded by eBPF, every one of them, without control characters', async (context) => {
    const reason = whyNoEbpf();
    if (reason !== undefined) {
      process.stderr.write(`skipped: hostile names by eBPF: ${reason}\n`);
      context.skip(reason);
    }
    const release = await lockKernel();
    const seen = await ethogram(
      ...['record', ...store, '--backend', 'ebpf', '--recording', 'ebpf', '--duration', '3s'],
    ).finally(release);
    expect(seen.code, seen.stderr).toBe(0);
    await everyName('ebpf');
  });

  test('adds no series to /metrics but its own', () => {
    expect(metrics).toContain('ethogram_source_');
    expect(metrics).not.toMatch(/^ethogram_evil_total/m);
    expect(metrics).not.toMatch(UNSAFE);
    const check = spawnSync('promtool', ['check', 'metrics'], { input: metrics, encoding: 'utf8' });
    // It has opinions on style; what cannot be parsed says so.
    expect(check.stderr + check.stdout).not.toMatch(/error while linting|parse/i);
  });
});

describe.each(['real', 'made'])('of the recording %s', (name) => {
  const model = () => join(folder, `${name}.json`);
  const commands = (): readonly (readonly string[])[] => [
    ['recordings', ...store],
    ['sources', ...store, '--recording', name],
    ['models', 'ls', ...store],
    ...STEPS.map((step) => ['models', 'show', model(), '--step', step]),
    ['compare', ...store, '--model', name, '--recording', name],
    ['score', ...store, '--model', name, '--recording', name],
    ['score', ...store, '--model', name, '--recording', name, '--all', '--per-source'],
    ['models', 'diff', join(folder, 'real.json'), join(folder, 'made.json')],
    ['graph', 'diff', join(folder, 'real.json'), join(folder, 'made.json')],
  ];

  test.each(['table', 'jsonl', 'json', 'csv'])(
    'no %s carries what a reader could run',
    async (o) => {
      for (const command of commands()) {
        const { code, stdout, stderr } = await run([...command, '-o', o]);
        const said = command.join(' ');
        expect(code, `${said}: ${stderr}`).toBe(0);
        expect(stdout + stderr, said).not.toMatch(UNSAFE);
        if (o === 'json') JSON.parse(stdout);
        if (o === 'jsonl') jsonLines(stdout);
        if (o === 'csv') {
          const formulas = cells(stdout).filter((c) => FORMULA.test(c) && Number.isNaN(Number(c)));
          expect(
            formulas.filter((cell) => !cell.startsWith("'")),
            said,
          ).toEqual([]);
        }
      }
    },
  );

  test.each(['graphml', 'gexf', 'svg'])(
    'the %s is XML that holds no element of theirs',
    async (f) => {
      const file = join(folder, `${name}.${f}`);
      const drawn = await run(['graph', '--model', model(), '--format', f, '--out', file]);
      expect(drawn.code, drawn.stderr).toBe(0);
      const text = readFileSync(file, 'utf8');
      expect(text).not.toMatch(UNSAFE);
      expect(text).not.toMatch(/<(img|b|script)\b/);
      execFileSync('xmllint', ['--noout', '--nonet', file]);
    },
  );

  test('the DOT is read by Graphviz, and JSON and Mermaid hold no element of theirs', async () => {
    const graph = (format: string) => run(['graph', '--model', model(), '--format', format]);
    const dot = await graph('dot');
    expect(dot.stdout).not.toMatch(UNSAFE);
    const drawn = spawnSync('dot', ['-Tjson'], { input: dot.stdout, encoding: 'utf8' });
    expect(drawn.status, drawn.stderr).toBe(0);
    const nodes = (JSON.parse(drawn.stdout).objects ?? []).length;
    const json = await graph('json');
    // Clusters are objects too; no name has made a node of its own, or lost one.
    expect(nodes).toBeGreaterThanOrEqual(JSON.parse(json.stdout).nodes.length);
    const mermaid = await graph('mermaid');
    for (const { stdout } of [json, mermaid]) expect(stdout).not.toMatch(UNSAFE);
    expect(mermaid.stdout).not.toMatch(/<(img|b|script)\b/);
  });

  test('the report holds no element, comment or style of theirs', async () => {
    const page = await run(['report', ...store, '--model', name, '--recording', name]);
    expect(page.code, page.stderr).toBe(0);
    expect(page.stdout).not.toMatch(UNSAFE);
    expect(page.stdout).not.toMatch(/<img|<b>|<script|onerror=alert\(1\)>|\]\]><!--/);
    // A page about a whole host leaves out who does least; this one names all.
    if (name === 'made') expect(page.stdout).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });

  test('Prometheus reads the rules, and none is theirs', async () => {
    const rules = join(folder, `${name}.yml`);
    const written = await run(['thresholds', '--model', model(), '--out', rules]);
    expect(written.code, written.stderr).toBe(0);
    const text = readFileSync(rules, 'utf8');
    expect(text).not.toMatch(UNSAFE);
    const check = spawnSync('promtool', ['check', 'rules', rules], { encoding: 'utf8' });
    expect(check.status, check.stderr + check.stdout).toBe(0);
  });
});

test('anomalies of hostile sources are explained, and named in errors, without their tricks', async () => {
  const found = jsonLines<{ type: string; id: string }>(alerts).filter((r) => r.type === 'anomaly');
  expect(found.length).toBeGreaterThan(0);
  for (const { id } of found.slice(0, 3)) {
    const { code, stdout, stderr } = await run(['explain', id, ...store, '-o', 'table']);
    expect(code, stderr).toBe(0);
    expect(stdout + stderr).not.toMatch(UNSAFE);
  }
  const evil = '\u001b]8;;http:x\u0007\u202e<img>';
  const wrong: readonly (readonly string[])[] = [
    ['sources', ...store, '--recording', evil],
    ['explain', evil, ...store],
    ['models', 'show', evil, ...store],
    ['graph', '--model', join(folder, 'made.json'), '--focus', evil],
    ['import', join(folder, evil), ...store, '--recording', 'x'],
    ['config', 'check', join(folder, evil)],
    ['record', '--interval', evil],
    ['recordings', '--store', `lmdb:${folder}/${encodeURIComponent(evil)}`],
    [evil],
    [`--${evil}`],
  ];
  for (const command of wrong) {
    const { code, stdout, stderr } = await run(command);
    expect(code, JSON.stringify(command)).not.toBe(0);
    expect(stdout + stderr, JSON.stringify(command)).not.toMatch(UNSAFE);
  }
});

test('a config file with hostile keys and values is refused in plain text', async () => {
  const config = join(folder, 'config.toml');
  for (const text of [
    '"\\u001b[2J\\u202e" = 1',
    'interval = "\\u001b[2J\\u202e"',
    'x = "\u001b[2J',
  ]) {
    writeFileSync(config, text);
    const { code, stdout, stderr } = await run(['config', 'check', config]);
    expect(code, text).toBe(2);
    expect(stdout + stderr).not.toMatch(UNSAFE);
  }
});

test('an export keeps every name to the letter, and gives the same bytes when it was imported', async () => {
  for (const format of ['csv', 'ndjson']) {
    const file = join(folder, `made.${format}`);
    const again = join(folder, `again.${format}`);
    const out = ['--format', format, '--out'];
    const first = await run(['export', ...store, '--recording', 'made', ...out, file]);
    expect(first.code, first.stderr).toBe(0);
    const read = await run(['import', file, ...store, '--recording', `again-${format}`]);
    expect(read.code, read.stderr).toBe(0);
    await run(['export', ...store, '--recording', `again-${format}`, ...out, again]);
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(file, 'utf8'));
  }
});
