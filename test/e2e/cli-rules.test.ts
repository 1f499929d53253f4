import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { seededRng } from '@ethogram/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ETHOGRAM, type Finished, jsonLines, start } from './binary.js';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-cli-rules-'));
const store = `lmdb:${join(folder, 'store')}`;
const csv = join(folder, 'machine.csv');
const model = join(folder, 'model.json');
const ROWS = 200;

/** Runs the binary with a store and a config folder of its own. */
function ethogram(args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  return start(args, { XDG_CONFIG_HOME: folder, ETHOGRAM_STORE: store, ...env }).done;
}

beforeAll(async () => {
  const rng = seededRng(1);
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const time = new Date(Date.UTC(2026, 4, 1) + i * 1000).toISOString();
    return `${time},${100 + rng.integer(20)},${40 + rng.integer(9)}`;
  });
  writeFileSync(csv, `timestamp,plant/flow,plant/heat\n${rows.join('\n')}\n`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the way of a file through the program', () => {
  test('a CSV is imported once, and a second time changes nothing', async () => {
    const first = await ethogram(['import', csv, '--recording', 'plant']);
    expect(first.code, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ recording: 'plant', stored: ROWS });
    const second = await ethogram(['import', csv, '--recording', 'plant']);
    expect(JSON.parse(second.stdout)).toMatchObject({ stored: 0, repeated: ROWS });
  });

  test('recordings and sources have the fields that scripts read', async () => {
    const recordings = await ethogram(['recordings', '-o', 'json']);
    const rows = JSON.parse(recordings.stdout) as object[];
    expect(rows).toHaveLength(1);
    expect(Object.keys(rows[0] ?? {})).toEqual(
      expect.arrayContaining(['name', 'host', 'from', 'to', 'ticks', 'sources', 'lost']),
    );
    const sources = await ethogram(['sources', '--recording', 'plant']);
    expect(jsonLines(sources.stdout)).toEqual([
      { source: 'custom:plant', metrics: 2, ticks: ROWS, activeShare: 1, host: 'plant' },
    ]);
  });

  test('what is exported comes back the same', async () => {
    const out = join(folder, 'plant.csv.gz');
    expect((await ethogram(['export', '--recording', 'plant', '--out', out])).code).toBe(0);
    expect((await ethogram(['import', out, '--recording', 'again'])).code).toBe(0);
    const [one, two] = await Promise.all(
      ['plant', 'again'].map((name) => ethogram(['export', '--recording', name])),
    );
    expect(one?.stdout.split('\n')).toHaveLength(ROWS + 2);
    expect(two?.stdout).toBe(one?.stdout);
  });

  test('an export at a step has a row for each of its intervals', async () => {
    const rows = async (...more: string[]) => {
      const { code, stdout } = await ethogram(['export', '--recording', 'plant', ...more]);
      expect(code).toBe(0);
      return stdout.trim().split('\n').slice(1);
    };
    const minutes = new Set((await rows()).map((row) => row.slice(0, '2026-05-01T10:00'.length)));
    const merged = await rows('--resolution', '1m');
    expect(merged).toHaveLength(minutes.size);
    expect(minutes.size).toBeLessThan(ROWS);
  });

  test('Parquet on standard output is the bytes of the file', async () => {
    const out = join(folder, 'plant.parquet');
    const args = ['export', '--recording', 'plant', '--format', 'parquet'];
    expect((await ethogram([...args, '--out', out])).code).toBe(0);
    const env = { ...process.env, ETHOGRAM_STORE: store, XDG_CONFIG_HOME: folder };
    const { stdout } = await promisify(execFile)(process.execPath, [ETHOGRAM, ...args], {
      encoding: 'buffer',
      env,
    });
    expect(stdout.equals(readFileSync(out))).toBe(true);
  });

  test('the same recording and seed train the same model to the byte', async () => {
    const train = (file: string) =>
      ethogram(['train', '--recording', 'plant', '--seed', '7', '--out', file]);
    const first = await train(model);
    expect(first.code, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ type: 'training', regime: 'provisional' });
    await train(join(folder, 'second.json'));
    expect(readFileSync(join(folder, 'second.json'))).toEqual(readFileSync(model));
  });

  test('score --all gives a row for each tick, with the header that scripts read', async () => {
    const scored = await ethogram([
      'score',
      '--model',
      model,
      '--recording',
      'plant',
      '--all',
      '-o',
      'csv',
    ]);
    expect(scored.code, scored.stderr).toBe(0);
    const [header, ...rows] = scored.stdout.trimEnd().split('\n');
    expect(header).toBe('timestamp,score,anomalous');
    expect(rows).toHaveLength(ROWS);
    expect(rows[0]).toBe('2026-05-01T00:00:00.000Z,0,0');
    const perSource = await ethogram([
      'score',
      '--model',
      model,
      '--recording',
      'plant',
      '--all',
      '--per-source',
      '-o',
      'csv',
    ]);
    expect(perSource.stdout).toMatch(/^timestamp,source,score,anomalous\n.*,custom:plant,0,0\n/);
  });

  test('models are versioned, shown, promoted, rolled back and deleted', async () => {
    const states = async () => {
      const listed = await ethogram(['models', 'ls']);
      return jsonLines<{ version: number; state: string }>(listed.stdout).map(
        ({ version, state }) => `${version} ${state}`,
      );
    };
    expect(await states()).toEqual(['1 retired', '2 active']);
    const back = await ethogram(['models', 'rollback', 'plant']);
    expect(back.code, back.stderr).toBe(0);
    expect(await states()).toEqual(['1 active', '2 retired']);
    expect((await ethogram(['models', 'promote', 'plant@2'])).code).toBe(0);
    expect((await ethogram(['models', 'import', model])).code).toBe(0);
    expect(await states()).toEqual(['1 retired', '2 active', '3 candidate']);
    const exported = await ethogram(['models', 'export', 'plant@2']);
    expect(exported.stdout).toBe(readFileSync(model, 'utf8'));
    const shown = await ethogram(['models', 'show', 'plant', '-o', 'table']);
    expect(shown.stdout).toMatch(/Not yet: /);
    expect(shown.stdout.split('\n').length).toBeLessThan(16);
    for (const step of ['select', 'clean', 'explore', 'cluster', 'correlate']) {
      const { code, stderr } = await ethogram(['models', 'show', 'plant', '--step', step]);
      expect(code, stderr).toBe(0);
    }
    expect((await ethogram(['models', 'rm', 'plant@3'])).code).toBe(0);
    expect((await ethogram(['models', 'rm', 'plant'])).code).toBe(2);
    expect(await states()).toEqual(['1 retired', '2 active']);
  });
});

describe('what is done with an anomaly', () => {
  let id = '';

  test('score keeps it, and explain tells its factors with a picture', async () => {
    const odd = join(folder, 'spike.csv');
    const rows = Array.from({ length: 90 }, (_, i) => {
      const time = new Date(Date.UTC(2026, 4, 3) + i * 1000).toISOString();
      return i < 5 ? `${time},105,44` : `${time},,`;
    });
    writeFileSync(odd, `timestamp,plant/flow,plant/heat\n${rows.join('\n')}\n`);
    await ethogram(['import', odd, '--recording', 'spike', '--host', 'plant']);
    const scored = await ethogram(['score', '--model', model, '--recording', 'spike']);
    const [anomaly] = jsonLines<{ id: string; incident: string }>(scored.stdout);
    id = anomaly?.id ?? '';
    const explained = await ethogram(['explain', id, '-o', 'table']);
    expect(explained.code, explained.stderr).toBe(0);
    expect(explained.stdout).toMatch(/because {5}\S+/);
    const byIncident = await ethogram(['explain', anomaly?.incident ?? '']);
    expect(JSON.parse(byIncident.stdout)).toMatchObject({ id });
    expect((await ethogram(['explain', 'nothing'])).code).toBe(2);
  });

  test('ack keeps what a person said, and refuses what contradicts itself', async () => {
    const acked = await ethogram(['ack', id, '--expected', '--until', '7d']);
    expect(acked.code, acked.stderr).toBe(0);
    expect(JSON.parse(acked.stdout)).toMatchObject({ verdict: 'expected', anomaly: id });
    expect((await ethogram(['ack', id])).code).toBe(2);
    expect((await ethogram(['ack', id, '--expected', '--misbehaviour'])).code).toBe(2);
    expect((await ethogram(['ack', id, '--expected', '--until', '-1h'])).code).toBe(2);
  });

  test('the time of misbehaviour is left out of the next training', async () => {
    expect((await ethogram(['ack', id, '--misbehaviour'])).code).toBe(0);
    const file = join(folder, 'without.json');
    const args = ['train', '--from', '2026-05-01', '--host', 'plant', '--name', 'w', '--out', file];
    const trained = await ethogram(args);
    expect(trained.code, trained.stderr).toBe(0);
    const { window } = JSON.parse(readFileSync(file, 'utf8')) as {
      window: { exclude: { from: number; to: number }[] };
    };
    expect(window.exclude).toHaveLength(1);
    expect(window.exclude[0]?.from).toBeGreaterThan(Date.UTC(2026, 4, 3));
  });

  test('compare says whether a window is like what was learned', async () => {
    const same = await ethogram(['compare', '--model', model, '--recording', 'plant']);
    expect(same.code, same.stderr).toBe(0);
    expect(JSON.parse(same.stdout)).toMatchObject({ type: 'comparison', ticks: ROWS });
  });
});

describe('report', () => {
  test('writes one page that loads nothing, of a model and of a recording under it', async () => {
    const page = join(folder, 'page.html');
    const args = ['--model', model, '--recording', 'spike', '--out', page];
    const written = await ethogram(['report', ...args]);
    expect(written.code, written.stderr).toBe(0);
    const html = readFileSync(page, 'utf8');
    expect(html).toMatch(/^<!doctype html>/);
    for (const part of ['What was learned', 'Score of the host over time', 'Anomalies', '<svg']) {
      expect(html).toContain(part);
    }
    expect(html).not.toMatch(/<script|src=|@import|url\(/i);
    const alone = await ethogram(['report', '--recording', 'plant']);
    expect(alone.stdout).toMatch(/<\/html>\n$/);
    expect((await ethogram(['report'])).code).toBe(2);
  });
});

describe('doctor', () => {
  test('names what it looked at, with a remedy for everything that fails', async () => {
    const { code, stdout } = await ethogram(['doctor']);
    expect([0, 5]).toContain(code);
    const rows = jsonLines<{ name: string; ok: boolean; remedy: string }>(stdout);
    const names = rows.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['backend.ebpf', 'backend.procfs', 'store']));
    for (const { name, ok, remedy } of rows) if (!ok) expect(remedy, name).not.toBe('');
  });

  test('a store that nobody has written to yet is no fault, one that does not open is', async () => {
    const fresh = await ethogram(['doctor', '--store', `lmdb:${join(folder, 'fresh')}`]);
    expect([0, 5]).toContain(fresh.code);
    const broken = await ethogram(['doctor', '--store', 'nosuch://x/y']);
    expect([5, 6]).toContain(broken.code);
  });
});

describe('exit codes', () => {
  test('2 for a malformed line, named by file, line and column, and the store stays as it was', async () => {
    const bad = join(folder, 'bad.csv');
    writeFileSync(bad, 'timestamp,plant/flow\n2026-05-01T00:00:00Z,1\n2026-05-01T00:00:01Z,much\n');
    const { code, stdout, stderr } = await ethogram(['import', bad, '--recording', 'bad']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^ethogram: FORMAT-\d{4}: .*bad\.csv:3:\d+/m);
    const { stdout: names } = await ethogram(['recordings']);
    expect(names).not.toContain('"bad"');
  });

  test('2 for what does not exist, with what there is', async () => {
    const recording = await ethogram(['sources', '--recording', 'none']);
    expect(recording.code).toBe(2);
    expect(recording.stderr).toMatch(/CLI-1005: expected recording "none", found again, plant/);
    const missing = await ethogram(['score', '--model', 'none', '--recording', 'plant']);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/CLI-1006/);
  });

  test('2 for a model file that was changed', async () => {
    const changed = join(folder, 'changed.json');
    writeFileSync(changed, readFileSync(model, 'utf8').replace('"seed":7', '"seed":8'));
    const { code, stderr } = await ethogram(['graph', '--model', changed]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/MODEL-1005/);
  });

  test('3 with --fail-on where something was found, 0 where nothing was', async () => {
    const odd = join(folder, 'odd.csv');
    const rows = Array.from({ length: 60 }, (_, i) => {
      const time = new Date(Date.UTC(2026, 4, 2) + i * 1000).toISOString();
      return i < 5 ? `${time},105,44` : `${time},,`;
    });
    writeFileSync(odd, `timestamp,plant/flow,plant/heat\n${rows.join('\n')}\n`);
    await ethogram(['import', odd, '--recording', 'odd', '--host', 'plant']);
    const score = (recording: string) =>
      ethogram(['score', '--model', model, '--recording', recording, '--fail-on', 'warning']);
    expect((await score('plant')).code).toBe(0);
    const found = await score('odd');
    expect(found.code, found.stdout + found.stderr).toBe(3);
    const [anomaly] = jsonLines<Record<string, unknown>>(found.stdout);
    expect(anomaly).toMatchObject({
      type: 'anomaly',
      host: 'plant',
      p: null,
      regime: 'provisional',
    });
  });

  test('4 with --require-ready where too little was seen; the model is a candidate only', async () => {
    const { code, stderr } = await ethogram([
      'train',
      '--recording',
      'plant',
      '--name',
      'early',
      '--require-ready',
    ]);
    expect(code).toBe(4);
    expect(stderr).toMatch(/CLI-1009/);
    const { stdout } = await ethogram(['models', 'ls', '-o', 'csv']);
    expect(stdout).toMatch(/^early,1,candidate,[0-9a-f]{16},/m);
  });

  test('4 where the window holds no ticks', async () => {
    const { code } = await ethogram(['train', '--recording', 'plant', '--from', '2030-01-01']);
    expect(code).toBe(4);
  });

  test('6 where the store cannot be opened', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, 'not a folder');
    const { code, stderr } = await ethogram(['record', '--store', `lmdb:${file}/store`]);
    expect(code, stderr).toBe(6);
    expect(stderr).toMatch(/^ethogram: STORE-\d{4}: /m);
  });

  test('a password never shows', async () => {
    const file = join(folder, 'uri');
    writeFileSync(file, 'nosuch://me:hunter2@db/x\n');
    const { code, stdout, stderr } = await ethogram(['recordings', '--store-file', file], {
      ETHOGRAM_STORE: '',
    });
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain('hunter2');
  });

  test('nor from the environment, which names a server of MongoDB as the file may', async () => {
    const uri = 'mongodb://me:hunter2@127.0.0.1:1/x?serverSelectionTimeoutMS=300';
    const file = join(folder, 'mongodb-uri');
    writeFileSync(file, `${uri}\n`, { mode: 0o600 });
    for (const env of [
      { ETHOGRAM_STORE: uri },
      { ETHOGRAM_STORE: '', ETHOGRAM_STORE_FILE: file },
    ]) {
      const { code, stdout, stderr } = await ethogram(['recordings'], env);
      expect(code, stderr).toBe(6);
      expect(stderr).toMatch(/^ethogram: STORE-1002: mongodb:\/\/\*\*\*@127\.0\.0\.1:1/m);
      expect(stdout + stderr).not.toContain('hunter2');
    }
  });
});

describe('config', () => {
  test('flag > environment > file > default, through the binary', async () => {
    const config = join(folder, 'ethogram.toml');
    writeFileSync(config, 'output = "csv"\n');
    const run = (args: string[], env = {}) => ethogram(['recordings', ...args], env);
    const first = async (result: Promise<Finished>) => (await result).stdout.split('\n', 1)[0];
    expect(await first(run(['--config', config]))).toMatch(/^name,host/);
    expect(await first(run(['--config', config], { ETHOGRAM_OUTPUT: 'json' }))).toBe('[');
    expect(
      await first(run(['--config', config, '-o', 'table'], { ETHOGRAM_OUTPUT: 'json' })),
    ).toMatch(/^NAME/);
    expect(await first(run([]))).toMatch(/^\{"name"/);
  });

  test('an unknown key stops every command, with file and line', async () => {
    const config = join(folder, 'wrong.toml');
    writeFileSync(config, '\n[record]\nintervall = "1s"\n');
    const { code, stderr } = await ethogram(['recordings', '--config', config]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/CLI-1004: .*wrong\.toml:3: .*record\.intervall/);
  });
});

describe('writing results', () => {
  test('a file that cannot be written leaves nothing half-written', async () => {
    const { code, stderr } = await ethogram([
      'graph',
      '--model',
      model,
      '--out',
      join(folder, 'none', 'graph.json'),
    ]);
    expect(code, stderr).toBe(2);
    expect(existsSync(join(folder, 'none'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });
});
