import { type ChildProcess, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Tick } from '@ethogram/core';
import { openStore, type Store } from '@ethogram/store';
import { afterAll, expect, test } from 'vitest';
import { jsonLines, type Running, start } from './binary.js';

const INTERVAL_MS = 200;
/** Ticks that are learned from: the worker is busy in each. */
const TRAINED = 400;
/** The only programs that the service sees: whatever else runs here changes nothing. */
const WORKER = 'etho-kill-work';
const INTRUDER = 'etho-kill-new';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-cli-killed-'));
const uri = `lmdb:${join(folder, 'store')}`;
const alerts = join(folder, 'alerts.jsonl');
const config = join(folder, 'config.toml');
const env = { XDG_CONFIG_HOME: folder, ETHOGRAM_STORE: uri };
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Anomaly {
  readonly id: string;
  readonly ts: string;
  readonly incident: string;
  readonly kinds: readonly string[];
  readonly checkpoint: string | null;
  readonly source: { readonly name: string };
}

interface Incident {
  readonly id: string;
  readonly state: string;
  readonly start: string;
  readonly end: string;
}

function service(): Running {
  const running = start(
    [
      ...['run', '--backend', 'procfs', '--interval', `${INTERVAL_MS}ms`, '--config', config],
      ...['--match', 'etho-kill-*', '--group', 'exe', '--first-after', '1d', '--max-cpu', '100%'],
      ...['--metrics-listen', 'off', '-o', 'jsonl'],
    ],
    env,
  );
  started.push(running.child);
  return running;
}

/** A program of its own name that wakes up fifty times a second. */
function program(name: string): ChildProcess {
  const file = join(folder, name);
  copyFileSync(realpathSync('/bin/bash'), file);
  const child = spawn(file, ['-c', 'exec 3<> <(:); while :; do read -t 0.02 -u 3; done']);
  started.push(child);
  return child;
}

/** What the worker did while nobody looked, as procfs would have told it. */
function madeTicks(): Tick[] {
  const begin = Date.now() - 3_600_000;
  return Array.from({ length: TRAINED }, (_, i) => ({
    host: hostname(),
    boot: 'made',
    seq: i,
    ts: begin + i * INTERVAL_MS,
    intervalNs: INTERVAL_MS * 1e6,
    backend: 'procfs',
    blind: [],
    samples: [
      {
        kind: 'process',
        name: WORKER,
        values: new Map([
          ['sched.switches', 9 + (i % 3)],
          ['process.instances', 1],
        ]),
      },
    ],
    links: [],
    linkSnapshot: false,
    markers: [],
    lost: {},
  }));
}

async function withStore<T>(mode: 'read' | 'write', use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(uri, { mode });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

async function kept<Body>(kind: 'anomaly' | 'incident' | 'checkpoint'): Promise<Body[]> {
  const events = await withStore('read', (store) => store.events.list({ kind }));
  return events.map(({ body }) => JSON.parse(body) as Body);
}

/** The incident of which the worker's absence is part; undefined as long as there is none. */
async function absence(): Promise<Incident | undefined> {
  const one = (await kept<Anomaly>('anomaly')).find(({ kinds }) => kinds.includes('absent'));
  return one && (await kept<Incident>('incident')).find(({ id }) => id === one.incident);
}

/** The alerts that began, as the target was told of them. */
function firing(): { status: string; event: string; incident: string; kinds: string[] }[] {
  if (!existsSync(alerts)) return [];
  return jsonLines<ReturnType<typeof firing>[number]>(readFileSync(alerts, 'utf8')).filter(
    ({ status }) => status === 'firing',
  );
}

async function ticks(): Promise<{ seq: number; ts: number }[]> {
  return withStore('read', async (store) => {
    const all: { seq: number; ts: number }[] = [];
    for await (const { seq, ts } of store.samples.read({ recording: 'live' })) {
      for (const [t, at] of ts.entries()) all.push({ seq: seq[t] as number, ts: at });
    }
    return all;
  });
}

/** Waits for a condition, however long it takes; ends early where the service does. */
async function until<T>({ done }: Running, look: () => Promise<T | undefined | false>): Promise<T> {
  const ended = done.then(({ code, stderr }) => {
    throw new Error(`the service ended with ${code}: ${stderr}`);
  });
  // Nobody waits for it once what was waited for is there.
  ended.catch(() => undefined);
  for (;;) {
    const found = await Promise.race([look(), ended]);
    if (found) return found;
    await Promise.race([delay(100), ended]);
  }
}

test('a service that is killed amid an incident goes on with it, and tells nothing twice', async () => {
  writeFileSync(config, `[alerts]\nfile = "${alerts}"\n`, { mode: 0o600 });
  await withStore('write', (store) => store.samples.append('made', madeTicks()));
  const trained = await start(['train', '--recording', 'made', '--name', 'host'], env).done;
  expect(trained.code, trained.stderr).toBe(0);

  const worker = program(WORKER);
  const first = service();
  let output = '';
  first.child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  await until(first, async () => (await kept('checkpoint')).length > 0);
  worker.kill('SIGKILL');
  const open = await until(first, absence);
  expect(open.state).toBe('open');
  // It is told: to whoever reads the output, and to the target of alerts.
  const told = await until(first, async () => {
    const fired = firing();
    const isFired = fired.some(
      ({ incident, kinds }) => incident === open.id && kinds.includes('absent'),
    );
    return isFired && output.includes('"absent"') && fired;
  });
  first.child.kill('SIGKILL');
  const killed = await first.done;
  expect(killed.code).toBeNull();
  const before = await ticks();

  const second = service();
  // More ticks than an incident that nothing holds open would last.
  const after = await until(second, async () => {
    const all = await ticks();
    return all.length > before.length + 20 && all;
  });
  expect(await absence()).toMatchObject({ id: open.id, state: 'open', start: open.start });
  const intruder = program(INTRUDER);
  const novel = await until(second, async () =>
    (await kept<Anomaly>('anomaly')).find(({ source }) => source.name === INTRUDER),
  );
  intruder.kill('SIGKILL');
  program(WORKER);
  const closed = await until(second, async () => {
    const one = await absence();
    return one?.state === 'closed' && one;
  });
  second.child.kill('SIGTERM');
  const ended = await second.done;
  expect(ended.code, ended.stderr).toBe(143);

  const printed = jsonLines<Anomaly>(killed.stdout + ended.stdout);
  // One incident from before the kill until long after it.
  expect(closed).toMatchObject({ id: open.id, start: open.start });
  expect(Date.parse(closed.end)).toBeGreaterThan(after.at(-1)?.ts ?? Number.NaN);
  // What it goes on from is the checkpoint of the service before.
  const checkpoints = await withStore('read', (store) =>
    store.events.heads({ kind: 'checkpoint' }),
  );
  expect(checkpoints.slice(0, -1)).toHaveLength(1);
  expect(novel.checkpoint).toBe(checkpoints[0]?.id);
  // The absence lies after it: to go on with that, the ticks in between were scored once more.
  const [absent] = printed.filter(({ kinds }) => kinds.includes('absent'));
  expect(Date.parse(absent?.ts ?? '')).toBeGreaterThan(checkpoints[0]?.ts ?? Number.NaN);
  // No anomaly was printed twice, and no alert fired twice.
  expect(printed.filter(({ kinds }) => kinds.includes('absent'))).toHaveLength(1);
  expect(new Set(printed.map(({ id }) => id)).size).toBe(printed.length);
  const fired = firing().map(({ event }) => event);
  expect(fired.slice(0, told.length)).toEqual(told.map(({ event }) => event));
  expect(new Set(fired).size).toBe(fired.length);
  // No tick is there twice or out of order, and those of before the kill are all there.
  const all = await ticks();
  expect(all.slice(0, before.length)).toEqual(before);
  expect(all.every(({ ts }, i) => i === 0 || ts > (all[i - 1]?.ts ?? ts))).toBe(true);
  expect(new Set(all.map(({ seq }) => seq)).size).toBe(all.length);
});
