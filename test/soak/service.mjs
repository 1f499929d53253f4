import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { flags, folder, ROOT } from './settings.mjs';

const BINARY = join(ROOT, 'packages/cli/bin/ethogram.js');
const PORT = 28_411;

/** A service that can be killed and started again, and what it said over all its lives. */
export function startService(name, store, more = []) {
  const lives = [];
  const lines = [];
  let child;
  const start = () => {
    child = spawn(
      process.execPath,
      [
        BINARY,
        'run',
        ...['--store', store, '--metrics-listen', `127.0.0.1:${PORT}`, '-o', 'jsonl'],
        ...['--backend', flags.backend],
        // Else procfs may not read what other users' processes do.
        ...(flags.backend === 'procfs' && process.getuid?.() === 0 ? ['--keep-ptrace'] : []),
        ...more,
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH, HOME: folder, XDG_CONFIG_HOME: folder },
      },
    );
    const life = { name, code: undefined, stderr: '', startedMs: Date.now(), endedMs: 0 };
    lives.push(life);
    let rest = '';
    child.stdout.on('data', (chunk) => {
      const parts = `${rest}${chunk}`.split('\n');
      rest = parts.pop();
      lines.push(...parts.filter((line) => line !== ''));
    });
    child.stderr.on('data', (chunk) => {
      life.stderr = `${life.stderr}${chunk}`.slice(-20_000);
    });
    child.on('close', (code, signal) => {
      life.code = code ?? signal;
      life.endedMs = Date.now();
    });
  };
  start();
  return {
    lives,
    anomalies: () => lines.map((line) => JSON.parse(line)),
    isAlive: () => lives.at(-1).code === undefined,
    restart: start,
    kill: async () => {
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    },
    stop: async () => {
      const life = lives.at(-1);
      if (life.code !== undefined) return Number.NaN;
      const startMs = Date.now();
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
      return Date.now() - startMs;
    },
  };
}

/** What `/metrics` says, as name (with labels) to value; undefined where nobody answers. */
export async function metrics() {
  try {
    const text = await (await fetch(`http://127.0.0.1:${PORT}/metrics`)).text();
    const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      rows.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
    );
  } catch {
    return undefined;
  }
}

/** What a command prints as lines of JSON. */
export function ethogram(store, ...args) {
  const { stdout } = spawnSync(
    process.execPath,
    [BINARY, ...args, '--store', store, '-o', 'jsonl'],
    {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder, XDG_CONFIG_HOME: folder },
      maxBuffer: 1 << 28,
    },
  );
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
